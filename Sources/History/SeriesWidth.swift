/// How wide the buckets of a series are, so that there are about as many as wanted.
///
/// Buckets begin at multiples of their width (UTC), so that every row of a rollup lies in one.
package enum SeriesWidth {
    private static let second: Int64 = 1_000
    private static let minute = 60 * second
    private static let hour = 60 * minute
    private static let day = 24 * hour
    /// Each is a multiple of the rows that it is made of, and of use on an axis.
    private static let widths: [Int64] =
        [1, 2, 5, 10, 15, 30].map { $0 * second } + [1, 2, 5, 10, 15, 30].map { $0 * minute }
        + [1, 2, 3, 6, 12].map { $0 * hour } + [1, 2, 7, 14, 28, 91, 364].map { $0 * day }

    /// The least width, ms, with which `length` ms make at most `points` buckets and a part of one, not below `least`.
    static func fitting(_ length: Int64, points: Int, least: Int64 = 0) -> Int64 {
        let wanted = max((length + Int64(points) - 1) / Int64(points), least)
        return self.widths.first { $0 >= wanted } ?? self.widths[self.widths.count - 1]
    }
}
