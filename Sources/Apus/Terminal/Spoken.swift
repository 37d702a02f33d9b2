/// Durations and moments in the words of people.
enum Spoken {
    /// Microseconds as `312 µs`, `9.4 ms`, `142 ms` or `1.52 s`.
    static func latency(micros: Int64) -> String {
        switch max(micros, 0) {
        case ..<1_000: "\(max(micros, 0)) µs"
        case ..<10_000: "\(micros / 1_000).\(micros / 100 % 10) ms"
        case ..<1_000_000: "\(micros / 1_000) ms"
        default: "\(micros / 1_000_000).\(micros / 100_000 % 10)\(micros / 10_000 % 10) s"
        }
    }

    /// Milliseconds in their largest unit, rounded down: `now`, `45 s`, `4 min`, `3 h`, `12 days`.
    static func elapsed(millis: Int64) -> String {
        let seconds = max(millis, 0) / 1_000
        return switch seconds {
        case 0: "now"
        case ..<60: "\(seconds) s"
        case ..<3_600: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    /// Milliseconds as a person sets them, exactly: `10 s`, `0.5 s`, `90 s`, `5 min`, `24 h`.
    static func setting(millis: Int64) -> String {
        if millis % 3_600_000 == 0 { return "\(millis / 3_600_000) h" }
        if millis % 60_000 == 0, millis > 60_000 { return "\(millis / 60_000) min" }
        let rest = millis % 1_000
        guard rest > 0 else { return "\(millis / 1_000) s" }
        let digits = String(1_000 + rest).dropFirst()
        return "\(millis / 1_000).\(digits.prefix(through: digits.lastIndex { $0 != "0" } ?? digits.startIndex)) s"
    }

    /// How far a certificate's end lies from `now`, both Unix ms: `valid for 83 days`, `expired 2 days ago`.
    static func certificate(expiresAt: Int64, now: Int64) -> String {
        let days = abs(expiresAt - now) / 86_400_000
        let words = days == 1 ? "1 day" : "\(days) days"
        return expiresAt >= now ? "valid for \(words)" : "expired \(words) ago"
    }
}
