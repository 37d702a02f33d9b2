import History

/// How far back `GET /api/live` looks, and in which steps.
enum LiveRange: String, Sendable, CaseIterable {
    case live
    case hour = "1h"
    case halfDay = "12h"
    case day = "24h"
    case week = "7d"
    case month = "30d"

    private static let hourLength: Int64 = 3_600_000

    /// Its length, ms.
    var length: Int64 {
        switch self {
        case .live: 300_000
        case .hour: Self.hourLength
        case .halfDay: 12 * Self.hourLength
        case .day: 24 * Self.hourLength
        case .week: 168 * Self.hourLength
        case .month: 720 * Self.hourLength
        }
    }

    /// The width of a bucket so that there are about `points`, ms.
    ///
    /// From a day on whole hours, which there are sums of.
    func width(points: Int) -> Int64 {
        let exact = max(self.length / Int64(points), 1_000)
        guard self.isSummedUp else { return exact }
        return (exact + Self.hourLength - 1) / Self.hourLength * Self.hourLength
    }

    /// Whether there are too many single results to count them while somebody waits.
    private var isSummedUp: Bool { self.length >= 24 * Self.hourLength }

    /// What buckets of `width` ms are summed up from; `nil`: single results.
    func source(width: Int64) -> RollupWidth? {
        guard self.isSummedUp else { return nil }
        return width % RollupWidth.day.millis == 0 ? .day : .hour
    }

    /// How long an answer's past may be served again, ms.
    var keeping: Int64 {
        switch self {
        case .live: 1_000
        case .hour: 5_000
        case .halfDay, .day, .week, .month: 30_000
        }
    }
}
