import Postgres
import Projections
import Schema
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
        let select = "SELECT instance, lag_seconds, details->>'shares', version FROM processes WHERE load IS NULL"
        #expect(
            waits(.seconds(10)) {
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
}
