/// How far into the log a document's writer had read: the greater one is the newer document (design §6).
///
/// Written as text of fixed width, so that a script in Redis compares two of them as strings.
package struct LatestPoint: Sendable, Hashable, Comparable {
    /// The generation of the log, 0 or more.
    package var generation: Int64
    /// The next offset of the partition, 0 or more.
    package var offset: Int64

    /// Names a place in the log.
    package init(generation: Int64, offset: Int64) {
        self.generation = generation
        self.offset = offset
    }

    /// Ten digits, a hyphen and nineteen digits.
    package var text: String { "\(Self.padded(self.generation, 10))-\(Self.padded(self.offset, 19))" }

    /// Reads what ``text`` wrote.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 10, parts[1].utf8.count == 19,
            let generation = Int64(parts[0]), let offset = Int64(parts[1]), generation >= 0, offset >= 0
        else { return nil }
        self.init(generation: generation, offset: offset)
    }

    package static func < (left: LatestPoint, right: LatestPoint) -> Bool {
        (left.generation, left.offset) < (right.generation, right.offset)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
