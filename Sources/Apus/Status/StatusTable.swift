import JSON

/// All statuses as a table, the most urgent first.
enum StatusTable {
    /// The table with a line that sums it up; `now` is Unix ms.
    static func text(_ statuses: [JSONObject], now: Int64, _ style: TextStyle) -> String {
        let lines = statuses.compactMap(StatusLine.init).sorted(by: StatusLine.isBefore)
        guard !lines.isEmpty else {
            return "Nothing is watched yet. Add a website with: apus add https://example.com\n"
        }
        var table = TextTable("STATE", "ID", "NAME", "SINCE", "REGIONS", "WHY")
        for line in lines { table.add(line.row(now: now)) }
        return table.text(style) + "\n" + Self.summary(lines) + "\n"
    }

    /// `1 down, 12 up`.
    private static func summary(_ lines: [StatusLine]) -> String {
        var counts: [(word: String, count: Int)] = []
        for line in lines {
            if let index = counts.firstIndex(where: { $0.word == line.word }) {
                counts[index].count += 1
            } else {
                counts.append((line.word, 1))
            }
        }
        return counts.map { "\($0.count) \($0.word)" }.joined(separator: ", ")
    }
}
