import Events
import Postgres

/// What the log is still to be told: rows written in the transaction of the edit that causes them (design §3).
struct Outbox {
    /// One thing to tell.
    struct Entry: Sendable, Equatable {
        /// Its place in the order.
        var id: Int64
        /// `monitors`, `settings`, or `monitoring-results` for an action.
        var topic: String
        /// The record's key.
        var key: String
        /// The change for `monitoring-results`, written first; `nil`: none.
        var change: String?
        /// The compacted topic's value, `nil`: a tombstone; or the action.
        var value: String?
    }

    /// Adds an entry inside an open transaction.
    static func add(
        _ connection: PostgresConnection,
        topic: String,
        key: String,
        change: [UInt8]?,
        value: [UInt8]?
    ) throws(PostgresError) {
        try connection.query(
            "INSERT INTO relay_outbox (topic, key, change, value) VALUES ($1, $2, $3, $4)",
            [
                .text(topic), .text(key), PostgresValue(change.map { String(decoding: $0, as: UTF8.self) }),
                PostgresValue(value.map { String(decoding: $0, as: UTF8.self) }),
            ]
        )
    }

    /// The oldest entries, at most `limit`.
    static func oldest(_ connection: PostgresConnection, limit: Int) throws(PostgresError) -> [Entry] {
        var entries: [Entry] = []
        let rows = try connection.query(
            "SELECT id, topic, key, change, value FROM relay_outbox ORDER BY id LIMIT $1::bigint",
            [.int(Int64(limit))]
        )
        for row in rows {
            entries.append(
                Entry(
                    id: try row.int64(0),
                    topic: try row.text(1),
                    key: try row.text(2),
                    change: try row.textOrNil(3),
                    value: try row.textOrNil(4)
                )
            )
        }
        return entries
    }

    /// Forgets entries that the log has.
    static func remove(_ connection: PostgresConnection, _ ids: [Int64]) throws(PostgresError) {
        try connection.query("DELETE FROM relay_outbox WHERE id = ANY($1::bigint[])", [.ints(ids)])
    }
}
