import Postgres

/// The statements over `announcements` and `deliveries`.
///
/// Rows written here lie under this process's lease or none; `owner` tells its leases from those of its predecessors.
struct DeliveryBooks: Sendable {
    /// The instance, a slash, and what only this run of it has.
    let owner: String

    /// A delivery as it is to be inserted.
    struct Entry: Sendable {
        var announcement: String
        var channel: Int64
        var webhookID: String
        /// Whether a lease is wanted.
        var wantsLease: Bool
        /// How it ended already, ahead of the books; `nil`: it did not.
        var ended: DeliveryReport?
    }

    /// Inserts announcements that are new, each with its deliveries; returns the webhook ids that were inserted, with
    /// whether they are leased to this process.
    ///
    /// One that is there already keeps the deliveries that its first commit gave it. A lease is given only where
    /// nothing earlier of the same incident is in the books and on its way to the channel; it is counted from now, not
    /// from the beginning of the transaction, which may have waited long.
    func insert(
        _ announcements: [Announcement],
        _ entries: [Entry],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [String: Bool] {
        guard !announcements.isEmpty else { return [:] }
        let new = try connection.query(
            """
            INSERT INTO announcements (id, type, incident, monitor, share, sequence, at_ms, payload)
            SELECT id, type, nullif(incident, ''), nullif(monitor, 0), nullif(share, -1), sequence, at, payload
            FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::int[], $7::bigint[], $8::text[])
                AS n (id, type, incident, monitor, share, sequence, at, payload)
            ON CONFLICT (id) DO NOTHING
            RETURNING id
            """,
            [
                .texts(announcements.map(\.id)), .texts(announcements.map(\.kind.rawValue)),
                .texts(announcements.map { $0.incident ?? "" }), .ints(announcements.map { $0.monitor ?? 0 }),
                .ints(announcements.map { Int64($0.share ?? -1) }), .ints(announcements.map { Int64($0.sequence) }),
                .ints(announcements.map(\.at)),
                .texts(announcements.map { String(decoding: $0.payload, as: UTF8.self) }),
            ]
        )
        var ids: Set<String> = []
        for row in new { ids.insert(try row.text(0)) }
        return try self.insert(entries.filter { ids.contains($0.announcement) }, on: connection)
    }

    private func insert(
        _ entries: [Entry],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [String: Bool] {
        guard !entries.isEmpty else { return [:] }
        let rows = try connection.query(
            """
            WITH n AS (
                SELECT w.*, w.leased AND NOT EXISTS (
                    SELECT FROM announcements AS b JOIN deliveries AS e ON e.announcement = b.id
                    WHERE b.incident = a.incident AND b.sequence < a.sequence
                        AND e.channel = w.channel AND e.state = 'pending') AS mine
                FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bool[], $6::int[], $7::int[], $8::text[])
                    AS w (announcement, channel, webhook_id, state, leased, attempts, status, error)
                JOIN announcements a ON a.id = w.announcement
            )
            INSERT INTO deliveries (announcement, channel, webhook_id, state, lease_owner, lease_until, attempts,
                last_status, last_error, delivered_at)
            SELECT announcement, channel, webhook_id, state, CASE WHEN mine THEN $9 END,
                CASE WHEN mine THEN clock_timestamp() + $10::bigint * interval '1 ms' END, attempts, nullif(status, 0), error,
                CASE WHEN state = 'delivered' THEN now() END
            FROM n
            RETURNING webhook_id, lease_owner IS NOT NULL
            """,
            [
                .texts(entries.map(\.announcement)), .ints(entries.map(\.channel)), .texts(entries.map(\.webhookID)),
                .texts(entries.map { ($0.ended?.state ?? .pending).rawValue }),
                .texts(entries.map { $0.wantsLease && $0.ended == nil ? "t" : "f" }),
                .ints(entries.map { Int64($0.ended?.attempts ?? 0) }),
                .ints(entries.map { Int64($0.ended?.status ?? 0) }),
                .texts(entries.map { $0.ended?.error }), .text(self.owner), .int(Lease.length),
            ]
        )
        var inserted: [String: Bool] = [:]
        for row in rows { inserted[try row.text(0)] = try row.bool(1) }
        return inserted
    }

    /// Writes what became of attempts and gives the leases back; returns the webhook ids that have a row.
    func record(
        _ reports: [DeliveryReport],
        on connection: PostgresConnection
    ) throws(PostgresError) -> Set<String> {
        guard !reports.isEmpty else { return [] }
        // What has ended stays ended, whatever a slower sender says.
        let rows = try connection.query(
            """
            UPDATE deliveries AS d
            SET state = CASE WHEN d.state = 'pending' THEN n.state ELSE d.state END,
                attempts = greatest(d.attempts, n.attempts),
                next_at = CASE WHEN n.state = 'pending' THEN now() + n.delay * interval '1 ms' ELSE d.next_at END,
                last_status = nullif(n.status, 0), last_error = n.error,
                delivered_at = CASE WHEN d.state = 'pending' AND n.state = 'delivered' THEN now() ELSE d.delivered_at END,
                lease_owner = NULL, lease_until = NULL
            FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::int[], $6::text[])
                AS n (webhook_id, state, attempts, delay, status, error)
            WHERE d.webhook_id = n.webhook_id AND (d.state = 'pending' OR d.state = 'dead' AND n.state = 'delivered')
                AND (n.state <> 'pending' OR d.lease_owner = $7 OR d.lease_owner IS NULL)
            RETURNING d.webhook_id
            """,
            [
                .texts(reports.map(\.webhookID)), .texts(reports.map(\.state.rawValue)),
                .ints(reports.map { Int64($0.attempts) }), .ints(reports.map(\.delay)),
                .ints(reports.map { Int64($0.status ?? 0) }), .texts(reports.map(\.error)), .text(self.owner),
            ]
        )
        try self.disableChannels(reports.filter { $0.goneGeneration != nil }, on: connection)
        var touched: Set<String> = []
        for row in rows { touched.insert(try row.text(0)) }
        return touched
    }

    /// Switches off the channels whose receivers are gone, unless they were edited since.
    private func disableChannels(
        _ reports: [DeliveryReport],
        on connection: PostgresConnection
    ) throws(PostgresError) {
        guard !reports.isEmpty else { return }
        try connection.query(
            """
            SELECT disable_channel(d.channel, n.generation)
            FROM unnest($1::text[], $2::bigint[]) AS n (webhook_id, generation) JOIN deliveries AS d USING (webhook_id)
            """,
            [.texts(reports.map(\.webhookID)), .ints(reports.map { $0.goneGeneration ?? 0 })]
        )
    }

    /// Lengthens leases that are still this process's, and returns which are.
    func renew(_ webhookIDs: [String], on connection: PostgresConnection) throws(PostgresError) -> Set<String> {
        guard !webhookIDs.isEmpty else { return [] }
        let rows = try connection.query(
            """
            UPDATE deliveries SET lease_until = now() + $3::bigint * interval '1 ms'
            WHERE webhook_id = ANY ($1::text[]) AND lease_owner = $2 AND state = 'pending'
            RETURNING webhook_id
            """,
            [.texts(webhookIDs), .text(self.owner), .int(Lease.length)]
        )
        var held: Set<String> = []
        for row in rows { held.insert(try row.text(0)) }
        return held
    }

    /// Claims rows that are due and that nobody may send: a few of each channel but `full`.
    ///
    /// The leases are counted from `start`, ``BootClock`` ms before this call.
    func claim(
        except full: [Int64],
        on connection: PostgresConnection,
        from start: Int64
    ) throws(PostgresError) -> [Delivery] {
        let rows = try connection.query(
            """
            WITH due AS (
                SELECT d.id FROM deliveries AS d
                WHERE d.id IN (
                    SELECT id FROM (
                        SELECT d.id, row_number() OVER (PARTITION BY d.channel ORDER BY d.next_at, d.id) AS turn
                        FROM deliveries AS d JOIN announcements AS a ON a.id = d.announcement
                        WHERE d.state = 'pending' AND d.next_at <= now() AND d.channel <> ALL ($4::bigint[])
                            AND (d.lease_until IS NULL OR d.lease_until < now())
                            AND NOT EXISTS (
                                SELECT FROM announcements AS b JOIN deliveries AS e ON e.announcement = b.id
                                WHERE b.incident = a.incident AND b.sequence < a.sequence
                                    AND e.channel = d.channel AND e.state = 'pending')) AS ranked
                    WHERE turn <= $3::int)
                    AND d.state = 'pending' AND d.next_at <= now()
                    AND (d.lease_until IS NULL OR d.lease_until < now())
                ORDER BY d.next_at, d.id LIMIT 256 FOR UPDATE SKIP LOCKED
            )
            UPDATE deliveries AS d SET lease_owner = $1, lease_until = now() + $2::bigint * interval '1 ms'
            FROM due, announcements AS a
            WHERE d.id = due.id AND a.id = d.announcement
            RETURNING d.webhook_id, d.channel, d.attempts, floor(extract(epoch FROM d.pending_since) * 1000)::bigint,
                a.id, a.type, a.incident, a.monitor, a.share, a.sequence, a.at_ms, a.payload
            """,
            [.text(self.owner), .int(Lease.length), .int(8), .ints(full)]
        )
        var claimed: [Delivery] = []
        for row in rows { claimed.append(try Self.delivery(row, lease: Lease(from: start))) }
        return claimed
    }

    private static func delivery(_ row: PostgresRow, lease: Lease) throws(PostgresError) -> Delivery {
        let announcement = Announcement(
            id: try row.text(4),
            kind: Announcement.Kind(rawValue: try row.text(5)) ?? .test,
            incident: try row.textOrNil(6),
            monitor: try row.int64OrNil(7),
            share: try row.int64OrNil(8).map { Int($0) },
            sequence: Int(try row.int64(9)),
            at: try row.int64(10),
            payload: Array(try row.text(11).utf8)
        )
        return Delivery(
            announcement,
            channel: try row.int64(1),
            webhookID: try row.text(0),
            attempts: Int(try row.int64(2)),
            pendingSince: try row.int64(3),
            lease: lease
        )
    }

    /// The first undelivered one of each stream, of the rows that are not leased to this process.
    func backlog(on connection: PostgresConnection) throws(PostgresError) -> [DeliveryStream: Int] {
        let rows = try connection.query(
            """
            SELECT d.channel, a.incident, min(a.sequence)
            FROM deliveries AS d JOIN announcements AS a ON a.id = d.announcement
            WHERE d.state = 'pending' AND d.lease_owner IS DISTINCT FROM $1 AND a.incident IS NOT NULL
            GROUP BY 1, 2 LIMIT 100000
            """,
            [.text(self.owner)]
        )
        var backlog: [DeliveryStream: Int] = [:]
        for row in rows {
            let stream = DeliveryStream(channel: try row.int64(0), incident: try row.text(1))
            backlog[stream] = Int(try row.int64(2))
        }
        return backlog
    }

    /// Gives leases back, so that others need not wait for their end.
    func release(_ webhookIDs: [String], on connection: PostgresConnection) throws(PostgresError) {
        guard !webhookIDs.isEmpty else { return }
        try connection.query(
            """
            UPDATE deliveries SET lease_owner = NULL, lease_until = NULL
            WHERE webhook_id = ANY ($1::text[]) AND lease_owner = $2 AND state = 'pending'
            """,
            [.texts(webhookIDs), .text(self.owner)]
        )
    }

    /// Gives back what earlier runs of this instance held: there is only one of it.
    func releasePredecessors(on connection: PostgresConnection) throws(PostgresError) {
        guard let slash = self.owner.lastIndex(of: "/") else { return }
        try connection.query(
            """
            UPDATE deliveries SET lease_owner = NULL, lease_until = NULL
            WHERE state = 'pending' AND lease_owner <> $1 AND starts_with(lease_owner, $2)
            """,
            [.text(self.owner), .text(String(self.owner[...slash]))]
        )
    }

    /// How many deliveries are pending, and how many were given up.
    func counts(on connection: PostgresConnection) throws(PostgresError) -> (pending: Int64, dead: Int64, open: Int64) {
        let rows = try connection.query(
            """
            SELECT (SELECT count(*) FROM deliveries WHERE state = 'pending'),
                (SELECT count(*) FROM deliveries WHERE state = 'dead'),
                (SELECT count(*) FROM incidents WHERE ended_ms IS NULL)
            """
        )
        return (try rows[0].int64(0), try rows[0].int64(1), try rows[0].int64(2))
    }

    /// Unix ms of the silence that people were told of last and whose end they were not; `nil`: there is none.
    func silentSince(on connection: PostgresConnection) throws(PostgresError) -> Int64? {
        let rows = try connection.query(
            """
            SELECT type, incident FROM announcements WHERE type IN ('log.silent', 'log.heard')
            ORDER BY at_ms DESC LIMIT 1
            """
        )
        guard let row = rows.first, try row.text(0) == Announcement.Kind.silent.rawValue else { return nil }
        return try row.textOrNil(1).flatMap { Int64($0.dropFirst("log-".count)) }
    }

    /// The definitions of channels as the gateway's table has them, for as long as the log can't tell.
    func channels(on connection: PostgresConnection) throws(PostgresError) -> [[UInt8]] {
        var definitions: [[UInt8]] = []
        for row in try connection.query("SELECT definition FROM channels") {
            definitions.append(Array(try row.text(0).utf8))
        }
        return definitions
    }
}
