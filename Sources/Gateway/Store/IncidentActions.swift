import Events
import Postgres
import Service
import Synchronization

/// Tells the log what people do about incidents (design §3): the alerter writes it into its books when it gets there.
final class IncidentActions: Sendable {
    private let pool: PostgresPool
    /// Called after a commit that left something for the relay; must not wait.
    private let onChange: @Sendable () -> Void
    /// The moment of the last action, Unix ms: two of one person never have the same, which is their identity.
    private let last = Mutex<Int64>(0)

    /// Actions that rouse the relay by `onChange`.
    init(_ pool: PostgresPool, onChange: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.onChange = onChange
    }

    /// Has an action of `person` about an incident told, and noted as what `author` did.
    ///
    /// - Throws: ``Refusal`` 404 where there is no such incident; 409 where the monitor is gone, which nobody steps any
    ///   more, and where there is nothing left to acknowledge; `PostgresError`.
    func add(
        _ verb: Action.Verb,
        to incident: String,
        text: String?,
        person: String,
        by author: Author
    ) throws -> Action {
        let action = try self.pool.withConnection { connection in
            try connection.withTransaction(attempts: 3) { connection in
                let monitor = try self.require(incident, verb, connection)
                let action = Action(
                    monitor: monitor,
                    incident: incident,
                    verb: verb,
                    person: person,
                    text: text,
                    at: self.moment()
                )
                var bytes: [UInt8] = []
                action.encode(into: &bytes)
                try Outbox.add(connection, topic: Topic.results, key: String(monitor), change: nil, value: bytes)
                try author.note("incidents/\(incident)", [], connection)
                return action
            }
        }
        self.onChange()
        return action
    }

    /// The monitor of an incident about which this can be done.
    private func require(
        _ incident: String,
        _ verb: Action.Verb,
        _ connection: PostgresConnection
    ) throws -> Int64 {
        let rows = try connection.query(
            """
            SELECT i.monitor, i.ended_ms IS NULL, i.acknowledged_ms IS NOT NULL, i.acknowledged_by,
                EXISTS (SELECT FROM monitors m WHERE m.id = i.monitor)
            FROM incidents i WHERE i.id = $1
            """,
            [.text(incident)]
        )
        guard let row = rows.first else { throw Refusal.notFound("incident") }
        guard try row.bool(4) else { throw Refusal.conflict("The incident's monitor was deleted.") }
        if verb == .acknowledge {
            guard try row.bool(1) else { throw Refusal.conflict("The incident is over already.") }
            if try row.bool(2) {
                let person = try row.textOrNil(3) ?? "Somebody"
                throw Refusal.conflict("\(person) has acknowledged the incident already.")
            }
        }
        return try row.int64(0)
    }

    private func moment() -> Int64 {
        self.last.withLock { last in
            last = max(WallClock.millis, last + 1)
            return last
        }
    }
}
