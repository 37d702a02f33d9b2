import Glibc
import Postgres
import Synchronization
import TestServers
import Testing

@testable import Schema

@Suite(.timeLimit(.minutes(1))) struct SchemaTests {
    private let first = Migration(1, "first", Array("CREATE TABLE a (id bigint); INSERT INTO a VALUES (1)".utf8))
    private let second = Migration(2, "second", Array("CREATE TABLE b (id bigint)".utf8))

    @Test func `the program's own migrations apply once`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        #expect(try Schema.migrate(connection) == Schema.migrations.map(\.version))
        #expect(try Schema.migrate(connection) == [])
        #expect(Schema.migrations.map(\.version) == Schema.migrations.map(\.version).sorted())
    }

    @Test func `the reasons of failures are counted without a look at the results, also those of a region`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try Schema.migrate(connection)
        try connection.script(
            """
            INSERT INTO results (monitor, slot, region, attempt, started_at, outcome, reason, pinger, generation, late)
            VALUES (1, now(), 'eu', 0, now(), 'down', 'timeout', 'p', 1, false);
            SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_indexscan = off
            """
        )
        let plan = try connection.query(
            """
            EXPLAIN (COSTS OFF) SELECT reason FROM results
            WHERE monitor = 1 AND outcome = 'down' AND attempt = 0 AND reason IS NOT NULL AND region = 'eu'
            ORDER BY slot DESC LIMIT 10
            """
        )
        let lines = try plan.map { try $0.text(0) }
        #expect(lines.contains { $0.contains("Index Only Scan") }, "\(lines)")
        #expect(!lines.contains { $0.contains("Index Scan") || $0.contains("Seq Scan") }, "\(lines)")
    }

    @Test func `webhooks whose site is gone already are found`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try Schema.migrate(connection, migrations: Schema.migrations.filter { $0.version < 12 })
        try connection.script(
            """
            INSERT INTO channels (generation, name, type, is_default, enabled, definition) VALUES
                (1, 'Discord webhook of site 7 (1)', 'discord', false, true, '{}'), (1, 'ops', 'discord', false, true, '{}')
            """
        )
        try Schema.migrate(connection)
        let rows = try connection.query("SELECT name FROM unnamed_webhooks JOIN channels ON id = channel")
        #expect(try rows.map { try $0.text(0) } == ["Discord webhook of site 7 (1)"])
    }

    @Test func `a later program adds what is new`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        #expect(try Schema.migrate(connection, migrations: [self.first]) == [1])
        #expect(try Schema.migrate(connection, migrations: [self.first, self.second]) == [2])
        #expect(try connection.query("SELECT count(*) FROM a")[0].int64(0) == 1)
    }

    @Test func `processes that start at once apply each migration once`() async throws {
        let url = try PostgresServer.database()
        let migrations = [self.first, self.second]
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<4 {
                group.addTask { try Schema.migrate(PostgresConnection(url), migrations: migrations) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.sorted() == [1, 2])
    }

    @Test func `a newer database and an edited file are refused`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try Schema.migrate(connection, migrations: [self.first, self.second])
        #expect(throws: SchemaError.self) { try Schema.migrate(connection, migrations: [self.first]) }
        let edited = Migration(2, "second", Array("CREATE TABLE b (id integer)".utf8))
        #expect(throws: SchemaError.self) { try Schema.migrate(connection, migrations: [self.first, edited]) }
        let between = [self.first, self.second, Migration(0, "before", [])]
        #expect(throws: SchemaError.self) { try Schema.migrate(connection, migrations: between) }
    }

    @Test func `a migration that fails leaves the database as it was`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        let broken = Migration(2, "broken", Array("CREATE TABLE b (id bigint); SELECT 1/0".utf8))
        let error = #expect(throws: PostgresError.self) {
            try Schema.migrate(connection, migrations: [self.first, broken])
        }
        #expect(error?.state == "22012")
        #expect(try Schema.migrate(connection, migrations: [self.first, self.second]) == [1, 2])
    }
}
