package import Events
package import Postgres

/// Corrections of spans that are to be written: of each monitor and region only what the last of them leave (design §6).
package struct SpanChanges: Sendable {
    private struct Key: Hashable {
        var monitor: Int64
        var region: String
    }

    private struct Change {
        /// Everything stored from here on is replaced, Unix ms.
        var from: Int64
        var spans: [Span]
    }

    private var changes: [Key: Change] = [:]

    /// No corrections.
    package init() {}

    /// Whether there are none.
    package var isEmpty: Bool { self.changes.isEmpty }

    /// Adds a correction, later than all before.
    package mutating func add(_ correction: SpanCorrection) {
        let key = Key(monitor: correction.monitor, region: correction.region)
        let span = Span(from: correction.from, state: correction.state)
        guard var change = self.changes[key] else {
            self.changes[key] = Change(from: correction.from, spans: [span])
            return
        }
        change.from = min(change.from, correction.from)
        change.spans.removeAll { $0.from >= correction.from }
        change.spans.append(span)
        self.changes[key] = change
    }

    /// Adds the corrections that another partition's state wants; the monitors must be others.
    package mutating func merge(_ other: SpanChanges) {
        self.changes.merge(other.changes) { $1 }
    }

    /// Writes inside an open transaction; throws what the connection throws.
    package func write(on connection: PostgresConnection) throws(PostgresError) {
        guard !self.isEmpty else { return }
        let keys = Array(self.changes.keys)
        try connection.query(
            """
            DELETE FROM spans s USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS n (monitor, region, start)
            WHERE s.monitor = n.monitor AND s.region = n.region
                AND s."from" >= \(DatabaseTime.timestamp("n.start"))
            """,
            [
                .ints(keys.map(\.monitor)), .texts(keys.map(\.region)),
                .ints(keys.map { self.changes[$0]?.from ?? 0 }),
            ]
        )
        var rows = BinaryRows()
        for (key, change) in self.changes {
            for span in change.spans {
                rows.beginRow(columns: 4)
                rows.bigint(key.monitor)
                rows.text(key.region)
                rows.bigint(DatabaseTime.binary(span.from))
                rows.text(span.state.rawValue)
            }
        }
        try connection.copyIn("COPY spans (monitor, region, \"from\", state) FROM STDIN (FORMAT binary)", rows.bytes)
    }
}
