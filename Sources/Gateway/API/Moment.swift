/// Moments as clients write them (RFC 3339), to Unix milliseconds.
enum Moment {
    /// Reads `2026-11-21T01:30:00.123Z` or the like with an offset; digits beyond milliseconds are cut off.
    static func read(_ text: String) -> Int64? {
        var scanner = Scanner(rest: text.utf8[...])
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2, 1...12), scanner.skip("-"),
            let day = scanner.digits(2, 1...Self.days(month, of: year)), scanner.skip("Tt "),
            let hour = scanner.digits(2, 0...23), scanner.skip(":"), let minute = scanner.digits(2, 0...59),
            scanner.skip(":"), let second = scanner.digits(2, 0...59), let fraction = scanner.milliseconds(),
            let offset = scanner.offset(), scanner.rest.isEmpty
        else { return nil }
        let seconds = (Self.day(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second
        return (seconds - offset) * 1_000 + fraction
    }

    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
    private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years that begin in March have their leap day at the end.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func days(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private struct Scanner {
        var rest: Substring.UTF8View

        mutating func digits(_ count: Int, _ range: ClosedRange<Int64> = 0...9_999) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<count {
                guard let byte = self.rest.popFirst(), (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return range.contains(value) ? value : nil
        }

        mutating func skip(_ allowed: StaticString) -> Bool {
            guard let byte = self.rest.first, "\(allowed)".utf8.contains(byte) else { return false }
            self.rest.removeFirst()
            return true
        }

        mutating func milliseconds() -> Int64? {
            guard self.skip(".") else { return 0 }
            let digits = self.rest.prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            self.rest = self.rest.dropFirst(digits.count)
            var value: Int64 = 0
            for index in 0..<3 { value = value * 10 + (digits.dropFirst(index).first.map { Int64($0 - 48) } ?? 0) }
            return value
        }

        /// Seconds east of UTC.
        mutating func offset() -> Int64? {
            if self.skip("Zz") { return 0 }
            let sign: Int64 = self.rest.first == UInt8(ascii: "-") ? -1 : 1
            guard self.skip("+-"), let hours = self.digits(2, 0...23), self.skip(":"),
                let minutes = self.digits(2, 0...59)
            else { return nil }
            return sign * (hours * 3_600 + minutes * 60)
        }
    }
}
