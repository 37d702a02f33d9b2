/// How moments go to PostgreSQL and come back: as Unix milliseconds, exactly.
enum SQLTime {
    /// An expression for a parameter or column of Unix milliseconds as a `timestamptz`.
    static func moment(_ milliseconds: String) -> String {
        "('epoch'::timestamptz + \(milliseconds)::bigint * interval '1 millisecond')"
    }

    /// An expression for a `timestamptz` as Unix milliseconds.
    static func milliseconds(_ moment: String) -> String { "floor(extract(epoch FROM \(moment)) * 1000)::bigint" }
}
