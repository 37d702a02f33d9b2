import Events
package import Postgres

/// What is to be added to the tables of rollups: rows that are over, and corrections of rows written before.
package struct RollupChanges: Sendable {
    private struct Change {
        var sum: Rollup
        /// Whether there may be a row already.
        var isCorrection: Bool
    }

    /// By ``RollupWidth``.
    private var changes: [[RollupKey: Change]] = [[:], [:], [:]]

    /// Nothing to add.
    package init() {}

    /// Adds a row that is over; there is none of its key yet.
    mutating func close(_ width: RollupWidth, _ key: RollupKey, _ sum: Rollup) {
        self.changes[width.rawValue][key, default: Change(sum: Rollup(), isCorrection: false)].sum.merge(sum)
    }

    /// Adds a late result to a row that may have been written before.
    mutating func correct(_ width: RollupWidth, _ key: RollupKey, _ result: CheckResult) {
        self.changes[width.rawValue][key, default: Change(sum: Rollup(), isCorrection: true)].isCorrection = true
        self.changes[width.rawValue][key]?.sum.add(result)
    }

    /// Writes inside an open transaction.
    ///
    /// - Parameter careful: whether rows may exist that should not, as when a monitor's id is used again.
    /// - Throws: what the connection throws; 23505 where a row exists that should not.
    package func write(careful: Bool, on connection: PostgresConnection) throws(PostgresError) {
        for width in RollupWidth.allCases where !self.changes[width.rawValue].isEmpty {
            var rows = self.changes[width.rawValue]
            let present = rows.filter { careful || $0.value.isCorrection }.map(\.key)
            if !present.isEmpty {
                for (key, sum) in try RollupRows.take(present, width, on: connection) { rows[key]?.sum.merge(sum) }
            }
            var output = BinaryRows()
            for (key, change) in rows { RollupRows.append(key, change.sum, to: &output) }
            try connection.copyIn(RollupRows.copy(width), output.bytes)
        }
    }
}
