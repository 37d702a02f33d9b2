/// Reading the API's moments.
enum Moment {
    /// RFC 3339 in UTC with up to three decimals, as `2026-01-31T12:00:00.000Z`, as Unix ms; nil for anything else.
    static func parse(_ text: String) -> Int64? {
        guard text.hasSuffix("Z"), text.utf8.count >= 20 else { return nil }
        let halves = text.dropLast().split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let date = halves[0].split(separator: "-").compactMap { Int64($0) }
        let clock = halves[1].split(separator: ":")
        guard date.count == 3, clock.count == 3, (1...12).contains(date[1]), (1...31).contains(date[2]),
            let hour = Int64(clock[0]), let minute = Int64(clock[1]), let second = Double(clock[2]), second < 61,
            (0..<24).contains(hour), (0..<60).contains(minute), second >= 0
        else { return nil }
        // Days since 1970 from eras of 400 years that begin in March.
        let year = date[1] <= 2 ? date[0] - 1 : date[0]
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (date[1] > 2 ? date[1] - 3 : date[1] + 9) + 2) / 5 + date[2] - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60_000 + Int64((second * 1_000).rounded())
    }
}
