/// Between Unix milliseconds and PostgreSQL's `timestamptz`.
enum DatabaseTime {
    /// 2000-01-01, from which the binary format counts microseconds, in Unix ms.
    private static let epoch: Int64 = 946_684_800_000

    /// The binary form of a `timestamptz`, as a `bigint`.
    static func binary(_ millis: Int64) -> Int64 { (millis - self.epoch) * 1_000 }

    /// An SQL expression that makes a `timestamptz` of one with Unix ms.
    static func timestamp(_ expression: String) -> String {
        "'epoch'::timestamptz + \(expression) * interval '1 millisecond'"
    }

    /// An SQL expression that makes Unix ms of a `timestamptz`.
    static func millis(_ expression: String) -> String {
        "(extract(epoch from \(expression)) * 1000)::bigint"
    }
}
