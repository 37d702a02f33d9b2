import HTTPServer
import JSON
import Testing

@testable import Gateway

@Suite(.serialized, .timeLimit(.minutes(1))) struct DeadLetterRoutesTests {
    @Test func `dead letters are paged, with their bytes and as text where they are one`() throws {
        let fixture = try ReadingFixture()
        for offset in 0..<23 {
            // Many were found in one round.
            try fixture.sql(
                """
                INSERT INTO dead_letters VALUES ('processor', 1, 'monitoring-results', \(offset % 3), \(offset),
                    \(offset % 2 == 0 ? "'7'" : "NULL"), \(offset % 2 == 0 ? "'\\xff00'" : "'{\"a\":1}'"), 2, 'no JSON',
                    1795189560000, '2026-11-20T15:46:0\(offset % 4)Z')
                """
            )
        }
        let items = try fixture.all("/api/v1/dead-letters?limit=5") { page in
            guard page == 2 else { return }
            try fixture.sql(
                """
                INSERT INTO dead_letters VALUES ('alerter', 1, 'settings', 0, 99, NULL, NULL, NULL, 'new', 0, now())
                """
            )
        }
        #expect(items.count == 23)
        #expect(Set(items.compactMap { $0["offset"]?.number }).count == 23)
        let times = items.compactMap { $0["at"]?.text }
        #expect(times == times.sorted(by: >))
        let binary = try #require(items.first { $0["offset"]?.number == 2 })
        #expect(binary["value"]?["base64"]?.text == "/wA=")
        #expect(binary["value"]?["text"] == .null)
        #expect(binary["key"]?["text"]?.text == "7")
        let text = try #require(items.first { $0["offset"]?.number == 3 })
        #expect(text["value"]?["text"]?.text == #"{"a":1}"#)
        #expect(text["key"] == .null)
        #expect(text["reason"]?.text == "no JSON")
        #expect(text["timestamp"]?.text == "2026-11-20T15:46:00.000Z")
        let newest = try fixture.get("/api/v1/dead-letters?limit=1").document["items"]?.items.first
        #expect(newest?["reason"]?.text == "new" && newest?["value"] == .null)
        #expect(try fixture.get("/api/v1/dead-letters?limit=101").pointers == ["#/limit"])
    }

    @Test func `dead letters are for admins, the storage for all`() throws {
        let door = try Door()
        for (role, status) in [(Role.viewer, 403), (.editor, 403), (.admin, 200)] {
            let key = try door.makeKey(role)
            #expect(door.send(.get, "/api/v1/dead-letters", key: key).status == status)
            #expect(door.send(.get, "/api/v1/storage", key: key).status == 200)
        }
    }

    @Test func `the storage tells sizes, and what those who drop say of it`() throws {
        let fixture = try ReadingFixture()
        try fixture.sql(
            """
            CREATE TABLE results_20261120 PARTITION OF results FOR VALUES FROM ('2026-11-20Z') TO ('2026-11-21Z');
            UPDATE history_floor SET slot = '2026-11-20Z';
            INSERT INTO processes (kind, instance, started_at, version, details) VALUES
                ('processor', 'old', now(), '1', '{"retention":{"results":7}}'),
                ('processor', 'new', now(), '1', '{"retention":{"results":14,"days":null}}'),
                ('alerter', 'a', now(), '1', '{}');
            UPDATE processes SET seen_at = now() - interval '1 hour' WHERE instance = 'old';
            """
        )
        try fixture.addMonitor(1)
        try fixture.addResults((0..<100).map { 1_795_189_560_000 + $0 * 1_000 })
        try fixture.sql("ANALYZE")
        let storage = try fixture.get("/api/v1/storage").document
        #expect(try #require(storage["bytes"]?.number) > 1_000_000)
        #expect(storage["resultsFrom"]?.text == "2026-11-20T00:00:00.000Z")
        #expect(storage["retention"]?["results"]?.number == 14)
        #expect(storage["retention"]?["days"] == .null)
        let results = storage["tables"]?.items.first { $0["table"]?.text == "results" }
        #expect(results?["rows"]?.number == 100)
        #expect(try #require(results?["bytes"]?.number) > 8_192)
        #expect(storage["tables"]?.items.contains { $0["table"]?.text == "results_20261120" } == false)
    }
}
