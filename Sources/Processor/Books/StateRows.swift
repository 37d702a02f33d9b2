import History
import Postgres
import Projections

/// The rows that hold the processor's memory: one a share, one a monitor with its open sums.
enum StateRows {
    /// Makes the connection's own table that ``write(_:on:)`` needs.
    static func prepare(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.script(
            "CREATE TEMP TABLE IF NOT EXISTS incoming_monitors (LIKE processor_monitors) ON COMMIT DELETE ROWS"
        )
    }

    /// Writes the collected rows inside a transaction, each monitor's with the sums that are staged.
    ///
    /// A monitor whose sums changed but not its state (late results do that) has its sums alone written.
    static func write(_ states: [HistoryState], on connection: PostgresConnection) throws(PostgresError) {
        try self.writeShares(states, on: connection)
        var gone: [Int64] = []
        var rows = BinaryRows()
        var sums: [(monitor: Int64, bytes: [UInt8])] = []
        for state in states {
            for (monitor, row) in state.monitorRows {
                guard let value = row.value else {
                    gone.append(monitor)
                    continue
                }
                rows.beginRow(columns: 4)
                rows.bigint(monitor)
                rows.smallint(Int16(row.share))
                rows.bytea(value)
                rows.bytea((state.staged[monitor] ?? state.aggregates[monitor])?.encoded ?? [])
            }
            for (monitor, aggregates) in state.staged where state.monitorRows[monitor] == nil {
                sums.append((monitor, aggregates.encoded))
            }
        }
        if rows.count > 0 { try self.upsert(rows, on: connection) }
        if !gone.isEmpty {
            try connection.query("DELETE FROM processor_monitors WHERE monitor = ANY ($1::bigint[])", [.ints(gone)])
        }
        try self.writeSums(sums, on: connection)
    }

    /// The open sums of a partition's monitors as the books have them.
    static func aggregates(
        _ partition: LogPartition,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [Int64: OpenAggregates] {
        let rows = try connection.query(
            "SELECT monitor, aggregates FROM processor_monitors WHERE share % $1::integer = $2::integer",
            [.int(Int64(partition.count)), .int(Int64(partition.number))]
        )
        var aggregates: [Int64: OpenAggregates] = [:]
        for row in rows { aggregates[try row.int64(0)] = OpenAggregates(encoded: try row.bytes(1)) ?? OpenAggregates() }
        return aggregates
    }

    private static func upsert(_ rows: BinaryRows, on connection: PostgresConnection) throws(PostgresError) {
        try connection.copyIn(
            "COPY incoming_monitors (monitor, share, state, aggregates) FROM STDIN (FORMAT binary)",
            rows.bytes
        )
        try connection.script(
            """
            INSERT INTO processor_monitors (monitor, share, state, aggregates)
            SELECT monitor, share, state, aggregates FROM incoming_monitors
            ON CONFLICT (monitor) DO UPDATE
            SET share = excluded.share, state = excluded.state, aggregates = excluded.aggregates
            """
        )
    }

    private static func writeShares(_ states: [HistoryState], on connection: PostgresConnection) throws(PostgresError) {
        let rows = states.flatMap(\.shareRows)
        guard !rows.isEmpty else { return }
        try connection.query(
            """
            INSERT INTO processor_shares (share, state)
            SELECT share, decode(state, 'hex') FROM unnest($1::smallint[], $2::text[]) AS n (share, state)
            ON CONFLICT (share) DO UPDATE SET state = excluded.state
            """,
            [.ints(rows.map { Int64($0.key) }), .texts(rows.map { self.hex($0.value) })]
        )
    }

    private static func writeSums(
        _ sums: [(monitor: Int64, bytes: [UInt8])],
        on connection: PostgresConnection
    ) throws(PostgresError) {
        guard !sums.isEmpty else { return }
        try connection.query(
            """
            UPDATE processor_monitors m SET aggregates = decode(n.aggregates, 'hex')
            FROM unnest($1::bigint[], $2::text[]) AS n (monitor, aggregates) WHERE m.monitor = n.monitor
            """,
            [.ints(sums.map(\.monitor)), .texts(sums.map { self.hex($0.bytes) })]
        )
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
