/// RFC 3339 in UTC with milliseconds, without the C library's calendar.
package enum Timestamp {
    /// Unix milliseconds as `2026-11-21T01:30:00.123Z`; years 0 to 9999, others are clamped.
    package static func rfc3339(_ millis: Int64) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        self.append(millis, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the 24 bytes of ``rfc3339(_:)``.
    package static func append(_ millis: Int64, to bytes: inout [UInt8]) {
        let clamped = min(max(millis, -62_167_219_200_000), 253_402_300_799_999)
        let day = clamped >= 0 ? clamped / 86_400_000 : (clamped - 86_399_999) / 86_400_000
        let inDay = clamped - day * 86_400_000
        let date = self.civil(day)
        self.digits(date.year, 4, &bytes)
        bytes.append(UInt8(ascii: "-"))
        self.digits(date.month, 2, &bytes)
        bytes.append(UInt8(ascii: "-"))
        self.digits(date.day, 2, &bytes)
        bytes.append(UInt8(ascii: "T"))
        self.digits(inDay / 3_600_000, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        self.digits(inDay / 60_000 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        self.digits(inDay / 1_000 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: "."))
        self.digits(inDay % 1_000, 3, &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01: eras of 400 years that begin in March.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }

    private static func digits(_ value: Int64, _ width: Int, _ bytes: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
