extension JSONWriter {
    /// Writes a member whose value is a string; null for nil.
    package mutating func member(_ name: String, _ value: String?) {
        self.name(name)
        if let value { self.value(value) } else { self.null() }
    }

    /// Writes a member whose value is a whole number; null for nil.
    package mutating func member(_ name: String, _ value: Int64?) {
        self.name(name)
        if let value { self.value(value) } else { self.null() }
    }

    /// Writes a member whose value is a whole number.
    package mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        self.value(value)
    }

    /// Writes a member whose value is a number; null for nil.
    package mutating func member(_ name: String, _ value: Double?) {
        self.name(name)
        if let value { self.value(value) } else { self.null() }
    }

    /// Writes a member whose value is a boolean; null for nil.
    package mutating func member(_ name: String, _ value: Bool?) {
        self.name(name)
        if let value { self.value(value) } else { self.null() }
    }

    /// Writes a member whose value is a moment, in Unix milliseconds, as RFC 3339 UTC; null for nil.
    package mutating func member(_ name: String, time milliseconds: Int64?) {
        self.name(name)
        if let milliseconds { self.time(milliseconds) } else { self.null() }
    }

    /// Writes Unix milliseconds as a string such as `2026-01-31T12:00:00.000Z`, for the years 0 to 9999.
    ///
    /// Moments beyond those years are written as the nearest one within.
    package mutating func time(_ milliseconds: Int64) {
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = Int((Double(clamped) / 86_400_000).rounded(.down))
        let rest = Int(clamped) - days * 86_400_000
        // Days to a civil date by Howard Hinnant's eras of 400 years that begin on 1 March.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)

        var text: [UInt8] = [UInt8(ascii: "\"")]
        text.reserveCapacity(26)
        func put(_ value: Int, _ width: Int, _ end: Unicode.Scalar) {
            var divisor = [1, 10, 100, 1000][width - 1]
            while divisor > 0 {
                text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
            text.append(UInt8(ascii: end))
        }
        put(year, 4, "-")
        put(civilMonth, 2, "-")
        put(day, 2, "T")
        put(rest / 3_600_000, 2, ":")
        put(rest / 60_000 % 60, 2, ":")
        put(rest / 1000 % 60, 2, ".")
        put(rest % 1000, 3, "Z")
        text.append(UInt8(ascii: "\""))
        self.raw(text)
    }
}
