import Postgres
import Projections
import Schema
import Synchronization
import TestServers
import Testing

/// The row by which a process shows that it lives.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct ProcessReportTests {
    @Test func `a process has its row while it runs`() throws {
        let url = try PostgresServer.database()
        let connection = try PostgresConnection(url)
        try Schema.migrate(connection)
        try connection.script(
            "INSERT INTO processes VALUES ('toy', 'old', now(), now() - interval '2 days', '0', null, null, '{}')"
        )
        let report = ProcessReport(
            .init(kind: "toy", instance: "a"),
            database: url,
            lagSeconds: { 1.5 },
            details: { #"{"shares":3}"# }
        )
        let select = "SELECT instance, lag_seconds, details->>'shares', version FROM processes WHERE load >= 0"
        #expect(
            eventually(within: .seconds(10)) {
                guard let rows = try? connection.query(select), rows.count == 1 else { return false }
                return (try? rows[0].text(0)) == "a"
            }
        )
        let row = try connection.query(select)[0]
        #expect(try row.double(1) == 1.5)
        #expect(try row.text(2) == "3")
        report.stop()
        #expect(try connection.query("SELECT 1 FROM processes").isEmpty)
    }

    @Test func `a process that begins before the tables has its row as soon as they are there`() throws {
        let url = try PostgresServer.database()
        let connection = try PostgresConnection(url)
        let tries = Atomic(0)
        let report = ProcessReport(
            .init(kind: "toy", instance: "a"),
            database: url,
            lagSeconds: {
                tries.add(1, ordering: .relaxed)
                return nil
            }
        )
        defer { report.stop() }
        #expect(eventually(within: .seconds(5)) { tries.load(ordering: .relaxed) >= 2 })
        try Schema.migrate(connection)
        #expect(eventually(within: .seconds(5)) { (try? connection.query("SELECT 1 FROM processes").count) == 1 })
    }
}
