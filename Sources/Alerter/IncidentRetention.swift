import Postgres
import Projections

/// How long the alerter keeps what is over, in days.
struct IncidentRetention: Sendable, Hashable {
    /// Incidents that have ended, with what people did about them; `nil`: for ever.
    var incidents: Int64?
    /// Announcements whose deliveries have all ended, dead ones too.
    var deliveries: Int64 = 30
    /// The alerter's own dead letters and gaps.
    var leftovers: Int64 = 30

    /// The days as a JSON object, null for those kept for ever.
    var json: String {
        "{\"incidents\":\(self.incidents.map(String.init) ?? "null"),\"deliveries\":\(self.deliveries)}"
    }

    private static let day: Int64 = 86_400_000
    /// Rows that one statement deletes at most.
    private static let portion: Int64 = 1_000

    /// Drops some of what is too old as of `now`, Unix ms; returns whether there may be more.
    func apply(now: Int64, on connection: PostgresConnection) throws(PostgresError) -> Bool {
        // The log's own time counts, where it is behind: a clock that jumped must not drop what people look for.
        let rows = try connection.query("SELECT max(last_timestamp) FROM positions WHERE projection = 'alerter'")
        let time = min(now, try rows[0].int64OrNil(0) ?? now)
        try Leftovers.drop(of: "alerter", after: self.leftovers, on: connection)
        var hasMore = try self.delete(Self.announcements, before: time - self.deliveries * Self.day, on: connection)
        if let incidents = self.incidents,
            try self.delete(Self.incidents, before: time - incidents * Self.day, on: connection)
        {
            hasMore = true
        }
        return hasMore
    }

    private func delete(
        _ statement: String,
        before end: Int64,
        on connection: PostgresConnection
    ) throws(PostgresError) -> Bool {
        try connection.query(statement, [.int(end), .int(Self.portion)])[0].int64(0) == Self.portion
    }

    private static let incidents = """
        WITH gone AS (
            DELETE FROM incidents WHERE id IN (SELECT id FROM incidents WHERE ended_ms < $1::bigint LIMIT $2::bigint)
            RETURNING id
        ), actions AS (
            DELETE FROM incident_actions WHERE incident IN (SELECT id FROM gone)
        )
        SELECT count(*) FROM gone
        """

    /// Their deliveries go with them.
    private static let announcements = """
        WITH gone AS (
            DELETE FROM announcements WHERE id IN (
                SELECT id FROM announcements AS a
                WHERE at_ms < $1::bigint
                    AND NOT EXISTS (SELECT FROM deliveries WHERE announcement = a.id AND state = 'pending')
                LIMIT $2::bigint)
            RETURNING 1
        )
        SELECT count(*) FROM gone
        """
}
