import HTTPServer
import JSON
import Postgres
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct IncidentRoutesTests {
    private func fixture() throws -> ReadingFixture {
        let fixture = try ReadingFixture()
        for number in 1...12 {
            let ended = number % 3 == 0 ? "NULL, NULL" : "\(number * 1_000 + 500), 'recovered'"
            // Two of them began at the same moment.
            let started = number == 5 ? 4_000 : number * 1_000
            try fixture.sql(
                """
                INSERT INTO incidents (id, monitor, name, target, started_ms, confirmed_ms, ended_ms, resolution, regions)
                VALUES ('inc_\(number)', \(number % 2 + 1), 'Shop', 'x', \(started), \(started + 10), \(ended), '{eu,us}');
                INSERT INTO announcements VALUES
                    ('a\(number)', 'incident.opened', 'inc_\(number)', \(number % 2 + 1), 0, 0, 5, '{}');
                INSERT INTO deliveries (announcement, channel, webhook_id, state, last_status, last_error)
                VALUES ('a\(number)', 7, 'msg_\(number)', '\(number % 4 == 0 ? "dead" : "delivered")', 500, 'HTTP 500');
                """
            )
        }
        return fixture
    }

    @Test func `incidents are listed newest first, page by page, by monitor and state`() throws {
        let fixture = try self.fixture()
        let ids = { (query: String) in
            try fixture.all("/api/v1/incidents?\(query)").compactMap { $0["id"]?.text }
        }
        let expected = [12, 11, 10, 9, 8, 7, 6, 4, 5, 3, 2, 1].map { "inc_\($0)" }
        #expect(try ids("limit=100") == expected)
        for limit in 1...4 { #expect(try ids("limit=\(limit)") == expected) }
        #expect(try ids("state=open&limit=2") == ["inc_12", "inc_9", "inc_6", "inc_3"])
        #expect(try ids("state=resolved&monitor=1&limit=3") == ["inc_10", "inc_8", "inc_4", "inc_2"])
        let bad = fixture.get("/api/v1/incidents?state=closed&monitor=x&limit=1001&cursor=a&order=asc")
        #expect(try Set(bad.pointers) == ["#/state", "#/monitor", "#/limit", "#/cursor", "#/order"])
    }

    @Test func `one incident comes with its actions and deliveries`() throws {
        let fixture = try self.fixture()
        try fixture.sql("INSERT INTO incident_actions VALUES ('inc_4', 4100, 'acknowledge', 'Ada', 'On it.')")
        let incident = try fixture.get("/api/v1/incidents/inc_4").document
        #expect(incident["state"]?.text == "resolved")
        #expect(incident["startedAt"]?.text == "1970-01-01T00:00:04.000Z")
        #expect(incident["regions"]?.items.compactMap(\.text) == ["eu", "us"])
        #expect(incident["actions"]?.items.first?["person"]?.text == "Ada")
        #expect(incident["deliveries"]?.items.first?["webhookId"]?.text == "msg_4")
        #expect(fixture.get("/api/v1/incidents/inc_99").status == 404)
    }

    @Test func `deliveries are listed, and a dead one is tried again once asked`() throws {
        let fixture = try self.fixture()
        let dead = try fixture.all("/api/v1/deliveries?state=dead&limit=2")
        #expect(dead.compactMap { $0["incident"]?.text } == ["inc_12", "inc_8", "inc_4"])
        #expect(try fixture.all("/api/v1/deliveries?limit=5").count == 12)
        #expect(try fixture.get("/api/v1/deliveries?state=lost").pointers == ["#/state"])
        try fixture.sql("UPDATE deliveries SET channel = 8 WHERE webhook_id IN ('msg_3', 'msg_8', 'msg_9')")
        let ofOne = try fixture.all("/api/v1/deliveries?channel=8&limit=1")
        #expect(ofOne.compactMap { $0["incident"]?.text } == ["inc_9", "inc_8", "inc_3"])
        #expect(try fixture.all("/api/v1/deliveries?channel=8&state=dead").count == 1)
        #expect(try fixture.all("/api/v1/deliveries?channel=9").isEmpty)
        let page = try fixture.get("/api/v1/deliveries?channel=8&limit=1").document
        let cursor = try #require(page["nextCursor"]?.text)
        for other in ["channel=7&cursor=\(cursor)", "cursor=\(cursor)"] {
            #expect(try fixture.get("/api/v1/deliveries?\(other)").pointers == ["#/cursor"], "of another list")
        }
        #expect(try fixture.get("/api/v1/deliveries?channel=0").pointers == ["#/channel"])
        let id = try #require(dead.first?["id"]?.number)
        let late = fixture.post("/api/v1/deliveries/\(id)/retry")
        #expect(late.status == 409)
        #expect(try late.document["detail"]?.text == "Its channel is deleted: nobody would get it.")
        try fixture.sql(
            """
            INSERT INTO channels (id, generation, name, type, is_default, enabled, definition)
            VALUES (7, 1, 'ops', 'webhook', false, true, '{}')
            """
        )
        let retried = fixture.post("/api/v1/deliveries/\(id)/retry")
        #expect(retried.status == 202)
        #expect(try retried.document["state"]?.text == "pending")
        #expect(try retried.document["nextAttemptAt"]?.text != nil)
        #expect(fixture.post("/api/v1/deliveries/\(id)/retry").status == 409)
        #expect(fixture.post("/api/v1/deliveries/999/retry").status == 404)
    }

    @Test func `the pipeline shows processes, pingers and what was lost`() throws {
        let fixture = try ReadingFixture()
        try fixture.sql(
            """
            INSERT INTO processes VALUES ('processor', 'p-0', now(), now() - interval '3 seconds', '0.1', 0.25, 1.5, '{"a":1}');
            INSERT INTO dead_letters (projection, generation, topic, partition, "offset", reason, timestamp)
            SELECT 'alerter', 0, 't', 0, n, 'x', 0 FROM generate_series(1, 3) AS n;
            """
        )
        fixture.board.replace(pulses: [BoardFixture.pulse("eu", share: 3, age: 1_000, pinger: "e-1")])
        let pipeline = try fixture.get("/api/v1/pipeline").document
        let processes = pipeline["processes"]?.items ?? []
        #expect(processes.compactMap { $0["kind"]?.text } == ["processor", "pinger"])
        #expect(processes.first?["lag"]?.real == 1.5)
        #expect(processes.first?["details"]?["a"]?.number == 1)
        #expect(try #require(processes.first?["age"]?.real) >= 3)
        #expect(processes.last?["region"]?.text == "eu")
        #expect(pipeline["deadLetters"]?.items.first?["count"]?.number == 3)
    }
}
