/// The dates that OpenSSL prints: `Nov  1 08:00:00 2027 GMT`.
enum CertificateDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Unix ms; `nil` if it is written otherwise.
    static func parse(_ text: Substring) -> Int64? {
        let fields = text.split(separator: " ")
        guard fields.count == 5, fields[4] == "GMT", let month = self.months.firstIndex(of: String(fields[0])),
            let day = Int64(fields[1]), let year = Int64(fields[3])
        else { return nil }
        let clock = fields[2].split(separator: ":").compactMap { Int64($0.prefix { $0 != "." }) }
        guard clock.count == 3 else { return nil }
        let seconds = clock[0] * 3_600 + clock[1] * 60 + clock[2]
        return (self.days(year, Int64(month) + 1, day) * 86_400 + seconds) * 1_000
    }

    /// Days since 1970-01-01 of a date of the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
