package import Events
package import Postgres

/// The rows of the table `results`, out of and into PostgreSQL.
package enum ResultRows {
    private static let names: [String] = [
        "monitor", "slot", "region", "attempt", "started_at", "outcome", "reason", "phase", "code", "detail", "dns_us",
        "connect_us", "tls_us", "first_byte_us", "total_us", "\"values\"", "address", "certificate_expires_at",
        "pinger", "generation", "late",
    ]
    /// How many rows are sent at a time.
    private static let pieceRows = 500
    private static let columns = ResultRows.names.joined(separator: ", ")

    /// Stores results that are not there yet, by COPY; one that is there refuses all with 23505.
    ///
    /// `next` gives them one after the other, while the server stores those before.
    package static func copy(
        on connection: PostgresConnection,
        _ next: () -> CheckResult?
    ) throws(PostgresError) {
        try connection.copyIn("COPY results (\(self.columns)) FROM STDIN (FORMAT binary)") { rows in
            for _ in 0..<self.pieceRows {
                guard let result = next() else { return false }
                self.append(result, late: false, to: &rows)
            }
            return true
        }
    }

    /// Makes the connection's own table that ``insert(_:on:)`` needs.
    package static func prepare(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.script(
            "CREATE TEMP TABLE IF NOT EXISTS incoming_results (LIKE results) ON COMMIT DELETE ROWS"
        )
    }

    /// Stores those of the results that are not there yet and returns for each whether it was stored.
    ///
    /// Once in a transaction, after ``prepare(_:)``. Of two with the same identity the first counts.
    package static func insert(
        _ results: [(result: CheckResult, isLate: Bool)],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [Bool] {
        var places: [ResultIdentity: Int] = [:]
        var rows = BinaryRows()
        for (index, entry) in results.enumerated() {
            let identity = ResultIdentity(entry.result)
            guard places[identity] == nil else { continue }
            places[identity] = index
            self.append(entry.result, late: entry.isLate, to: &rows)
        }
        var stored = [Bool](repeating: false, count: results.count)
        guard rows.count > 0 else { return stored }
        try connection.copyIn("COPY incoming_results (\(self.columns)) FROM STDIN (FORMAT binary)", rows.bytes)
        let inserted = try connection.query(
            """
            WITH stored AS (
                INSERT INTO results (\(self.columns)) SELECT \(self.columns) FROM incoming_results
                ON CONFLICT DO NOTHING RETURNING monitor, region, slot, attempt
            ) SELECT monitor, region, \(DatabaseTime.millis("slot")), attempt FROM stored
            """
        )
        for row in inserted {
            let identity = ResultIdentity(
                monitor: try row.int64(0),
                region: try row.text(1),
                slot: try row.int64(2),
                attempt: Int(try row.int64(3))
            )
            if let index = places[identity] { stored[index] = true }
        }
        return stored
    }

    private static func append(_ result: CheckResult, late: Bool, to rows: inout BinaryRows) {
        rows.beginRow(columns: self.names.count)
        rows.bigint(result.monitor)
        rows.bigint(DatabaseTime.binary(result.slot))
        rows.text(result.region)
        rows.smallint(Int16(clamping: result.attempt))
        rows.bigint(DatabaseTime.binary(result.startedAt))
        rows.text(result.outcome.rawValue)
        rows.text(result.reason?.rawValue)
        rows.text(result.phase?.rawValue)
        rows.integer(result.code.map { Int32(clamping: $0) })
        rows.text(result.detail)
        rows.bigint(result.timings.dns)
        rows.bigint(result.timings.connect)
        rows.bigint(result.timings.tls)
        rows.bigint(result.timings.firstByte)
        rows.bigint(result.timings.total)
        rows.text(result.values.map(self.json))
        rows.text(result.address)
        rows.bigint(result.certificateExpiresAt.map(DatabaseTime.binary))
        rows.text(result.pinger)
        rows.bigint(result.generation)
        rows.boolean(late)
    }

    private static func json(_ values: [String: Double]) -> String {
        var writer = RecordWriter()
        writer.beginObject()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            writer.name(text: name)
            writer.decimal(value)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// What makes a result the same result (design §2.1).
package struct ResultIdentity: Sendable, Hashable {
    /// Whose.
    package var monitor: Int64
    /// From where.
    package var region: String
    /// The planned time, Unix ms.
    package var slot: Int64
    /// 0, or the number of the repetition.
    package var attempt: Int

    /// An identity by its parts.
    package init(monitor: Int64, region: String, slot: Int64, attempt: Int) {
        self.monitor = monitor
        self.region = region
        self.slot = slot
        self.attempt = attempt
    }

    /// The identity of a result.
    package init(_ result: CheckResult) {
        self.init(monitor: result.monitor, region: result.region, slot: result.slot, attempt: result.attempt)
    }
}
