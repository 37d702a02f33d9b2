/// How much time one row of a rollup sums up; days are UTC.
package enum RollupWidth: Int, Sendable, Hashable, CaseIterable {
    case minute, hour, day

    /// Its length, ms.
    package var millis: Int64 {
        switch self {
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: 86_400_000
        }
    }

    /// The table of its rows.
    var table: String {
        switch self {
        case .minute: "rollups_minute"
        case .hour: "rollups_hour"
        case .day: "rollups_day"
        }
    }

    /// The start of the row that a slot belongs to, Unix ms.
    package func start(of slot: Int64) -> Int64 { slot - slot % self.millis }
}

/// Which row of a rollup.
package struct RollupKey: Sendable, Hashable {
    /// Whose.
    package var monitor: Int64
    /// From where.
    package var region: String
    /// When it begins, Unix ms.
    package var start: Int64

    /// Names a row.
    package init(monitor: Int64, region: String, start: Int64) {
        self.monitor = monitor
        self.region = region
        self.start = start
    }
}
