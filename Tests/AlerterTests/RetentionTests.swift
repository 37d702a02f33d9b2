import Postgres
import Service
import TestServers
import Testing

@testable import Alerter

/// What is over is dropped in its time, and nothing else.
@Suite(.timeLimit(.minutes(1))) struct RetentionTests {
    @Test func `what ended long ago goes, what is open or pending stays`() throws {
        let world = try AlerterWorld()
        let connection = try PostgresConnection(world.database)
        defer { connection.close() }
        let now = WallClock.millis
        let day: Int64 = 86_400_000
        try connection.script(
            """
            INSERT INTO incidents (id, monitor, name, target, started_ms, confirmed_ms, ended_ms, resolution) VALUES
                ('old', 1, 'm', 't', 1, 1, \(now - 11 * day), 'recovered'),
                ('new', 1, 'm', 't', 1, 1, \(now - 9 * day), 'recovered'), ('open', 1, 'm', 't', 1, 1, NULL, NULL);
            INSERT INTO incident_actions (incident, at_ms, verb, person) VALUES
                ('old', 1, 'comment', 'p'), ('open', 1, 'comment', 'p');
            INSERT INTO announcements (id, type, at_ms, payload) VALUES
                ('dead', 'channel.test', \(now - 31 * day), ''), ('pending', 'channel.test', \(now - 31 * day), ''),
                ('young', 'channel.test', \(now - 29 * day), '');
            INSERT INTO deliveries (announcement, channel, webhook_id, state) VALUES
                ('dead', 1, 'a', 'dead'), ('dead', 2, 'b', 'delivered'), ('pending', 1, 'c', 'dead'),
                ('pending', 2, 'd', 'pending'), ('young', 1, 'e', 'delivered');
            INSERT INTO dead_letters (projection, generation, topic, partition, "offset", reason, timestamp, at) VALUES
                ('alerter', 0, 't', 0, 0, 'r', 0, now() - interval '31 days'),
                ('alerter', 0, 't', 0, 1, 'r', 0, now() - interval '29 days'),
                ('processor', 0, 't', 0, 0, 'r', 0, now() - interval '31 days');
            INSERT INTO announcements (id, type, at_ms, payload)
            SELECT 'many-' || number, 'channel.test', \(now - 40 * day), '' FROM generate_series(1, 2500) AS number
            """
        )
        let retention = IncidentRetention(incidents: 10)
        var turns = 1
        while try retention.apply(now: now, on: connection) { turns += 1 }
        #expect(turns == 3, "some at a time")
        func texts(_ sql: String) throws -> [String] { try connection.query(sql).map { try $0.text(0) } }
        #expect(try texts("SELECT id FROM incidents ORDER BY id") == ["new", "open"])
        #expect(try texts("SELECT incident FROM incident_actions") == ["open"])
        #expect(try texts("SELECT id FROM announcements ORDER BY id") == ["pending", "young"])
        #expect(try texts("SELECT webhook_id FROM deliveries ORDER BY 1") == ["c", "d", "e"])
        let letters = try texts("SELECT projection || \"offset\" FROM dead_letters ORDER BY 1")
        #expect(letters == ["alerter1", "processor0"])
        _ = try IncidentRetention().apply(now: now + 10_000 * day, on: connection)
        #expect(try texts("SELECT id FROM incidents ORDER BY id") == ["new", "open"], "without a limit for ever")
    }

    @Test func `a clock that jumped drops nothing`() throws {
        let world = try AlerterWorld()
        let connection = try PostgresConnection(world.database)
        defer { connection.close() }
        let now = WallClock.millis
        try connection.script(
            """
            INSERT INTO positions (projection, partition, last_timestamp) VALUES ('alerter', 0, \(now));
            INSERT INTO announcements (id, type, at_ms, payload) VALUES ('a', 'channel.test', \(now - 1_000), '')
            """
        )
        #expect(try !IncidentRetention(incidents: 10).apply(now: now + 86_400_000 * 365, on: connection))
        #expect(try connection.query("SELECT count(*) FROM announcements")[0].int64(0) == 1)
    }
}
