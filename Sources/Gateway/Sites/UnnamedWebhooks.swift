import Events
import Postgres

/// Webhooks of sites that lost their site: they go once the alerter has told them of its end.
///
/// A channel that goes together with its site would hear of nothing any more, for the alerter reads both from the log.
/// So an edit only notes which channels it left behind, and the relay takes them away later.
enum UnnamedWebhooks {
    /// How far the clocks of the database and of the log may lie apart, ms.
    private static let slack: Int64 = 10_000

    /// Notes those of `channels` that are webhooks, inside the transaction of the edit that names them no longer.
    static func note(_ channels: some Collection<Int64>, _ connection: PostgresConnection) throws(PostgresError) {
        guard !channels.isEmpty else { return }
        try connection.query(
            """
            INSERT INTO unnamed_webhooks (channel)
            SELECT id FROM channels WHERE id = ANY($1::bigint[]) AND is_webhook ORDER BY id
            ON CONFLICT (channel) DO UPDATE SET told_at = NULL
            """,
            [.ints(channels.sorted())]
        )
    }

    /// Removes, inside an open transaction, those that nothing uses and that have nothing left to hear; returns them.
    ///
    /// What it does may be done at any time and by anybody, and is finished at a later call.
    static func remove(_ connection: PostgresConnection) throws -> [Int64] {
        try connection.query(
            """
            UPDATE unnamed_webhooks SET told_at = clock_timestamp()
            WHERE told_at IS NULL AND NOT EXISTS (SELECT FROM relay_outbox WHERE topic = $1)
            """,
            [.text(Topic.monitors)]
        )
        // The alerter has read what was written after the edit, so it has read the edit; what it owes to a channel since
        // then is in the books. One that is being named just now is locked, and looked at another time.
        let rows = try connection.query(
            """
            SELECT channels.id, channels.is_default
            FROM unnamed_webhooks JOIN channels ON channels.id = unnamed_webhooks.channel
            WHERE EXISTS (SELECT FROM positions WHERE projection = 'alerter')
                AND NOT EXISTS (
                    SELECT FROM positions
                    WHERE projection = 'alerter' AND partition < coalesce(taken_count, partition + 1)
                        AND coalesce(last_timestamp, 0) < \(SQLTime.milliseconds("told_at")) + $1::bigint
                )
                AND NOT EXISTS (
                    SELECT FROM deliveries WHERE deliveries.channel = channels.id AND deliveries.state = 'pending'
                )
                AND told_at IS NOT NULL
            ORDER BY channels.id FOR UPDATE OF channels SKIP LOCKED
            """,
            [.int(self.slack)]
        )
        var removed: [Int64] = []
        for row in rows {
            let id = try row.int64(0)
            if try row.bool(1) || !ChannelStore.monitors(naming: id, connection).isEmpty {
                try connection.query("DELETE FROM unnamed_webhooks WHERE channel = $1::bigint", [.int(id)])
            } else {
                try ChannelStore.delete(id, connection)
                removed.append(id)
            }
        }
        return removed
    }
}
