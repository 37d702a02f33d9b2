/// A set of HTTP status codes, written like `200-299,301`.
package struct StatusSet: Sendable, Hashable, CustomStringConvertible {
    /// The ranges as they were given, each within 100 … 999.
    package let ranges: [ClosedRange<Int>]

    /// 200 … 299.
    package static let success = StatusSet(ranges: [200...299])

    /// Takes ranges that lie within 100 … 999.
    package init(ranges: [ClosedRange<Int>]) {
        self.ranges = ranges
    }

    /// Parses `200-299,301`; `nil` where the text is no such list: 1 … 32 parts, codes 100 … 999, low ≤ high.
    package init?(_ text: String) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard let first = bounds.first, let low = StatusSet.code(first) else { return nil }
            switch bounds.count {
            case 1: ranges.append(low...low)
            case 2:
                guard let high = StatusSet.code(bounds[1]), low <= high else { return nil }
                ranges.append(low...high)
            default: return nil
            }
        }
        guard !ranges.isEmpty, ranges.count <= 32 else { return nil }
        self.ranges = ranges
    }

    /// Whether `code` is in the set.
    package func contains(_ code: Int) -> Bool {
        self.ranges.contains { $0.contains(code) }
    }

    /// The set as it is written: `200-299,301`.
    package var description: String {
        self.ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    private static func code(_ text: String) -> Int? {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let code = Int(text),
            code >= 100
        else { return nil }
        return code
    }
}
