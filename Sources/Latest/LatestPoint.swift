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

    /// The number of bytes of ``text``.
    package static let width = 30

    /// Ten digits, a hyphen and nineteen digits.
    package var text: String {
        var bytes: [UInt8] = []
        self.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``text``.
    package func append(to bytes: inout [UInt8]) {
        Self.append(self.generation, digits: 10, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(self.offset, digits: 19, to: &bytes)
    }

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

    private static func append(_ number: Int64, digits: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = number
        for index in (start..<start + digits).reversed() where rest > 0 {
            bytes[index] += UInt8(rest % 10)
            rest /= 10
        }
    }
}
