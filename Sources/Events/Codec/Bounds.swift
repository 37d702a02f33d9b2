/// What is accepted from the log; everything outside is a typed error, not a guess.
enum Bounds {
    /// Times, Unix ms: the years 2020 … 2099.
    static let times: ClosedRange<Int64> = 1_577_836_800_000...4_102_444_799_999
    /// Times in rows of one's own, which are only read back.
    static let any: ClosedRange<Int64> = Int64.min...Int64.max
    /// Ids and generations.
    static let ids: ClosedRange<Int64> = 1...Int64.max
    /// Bytes of an ordinary text.
    static let text: ClosedRange<Int> = 0...4_096
    /// Bytes of a sentence for people.
    static let detail = 500
    /// Bytes of a result, a pulse, an action or a push.
    static let smallRecord = 16_384
    /// Bytes of a definition, a change or a channel.
    static let definition = 262_144
    /// How far a slot may lie past its record's timestamp, in ms (design §6).
    static let future: Int64 = 60_000
    /// Attempts of one slot.
    static let attempts: ClosedRange<Int64> = 0...1_000
    /// One phase of a check: an hour, in microseconds.
    static let micros: ClosedRange<Int64> = 0...3_600_000_000
}

func check(_ value: Int64, _ field: String, _ allowed: ClosedRange<Int64>) throws(RecordError) {
    guard allowed.contains(value) else {
        throw .outOfRange(field: field, value: "\(value)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
    }
}

/// A time in Unix ms; one that is a plausible time in µs is called so.
func checkTime(_ value: Int64, _ field: String) throws(RecordError) {
    if Bounds.times.contains(value / 1_000) { throw .microseconds(field: field, value: value) }
    try check(value, field, Bounds.times)
}

func checkLength(_ count: Int, _ field: String, _ allowed: ClosedRange<Int>) throws(RecordError) {
    guard allowed.contains(count) else {
        throw .outOfRange(
            field: field,
            value: "of length \(count)",
            allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"
        )
    }
}

/// A region's name: 1 … 32 characters of `a-z 0-9 -`.
func checkRegion(_ region: String) throws(RecordError) {
    try checkLength(region.utf8.count, "region", 1...32)
    for byte in region.utf8 {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x2D: continue
        default: throw .unknownValue(field: "region", value: region)
        }
    }
}
