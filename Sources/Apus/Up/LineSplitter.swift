/// Cuts a stream of bytes into lines, whatever pieces it comes in.
struct LineSplitter {
    /// A line longer than this is cut, so that a process that writes no line feed can't fill the memory.
    static let limit = 65_536

    private var rest: [UInt8] = []

    /// The lines that are complete now, without their line feeds.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte != UInt8(ascii: "\n") { self.rest.append(byte) }
            if byte == UInt8(ascii: "\n") || self.rest.count >= Self.limit {
                lines.append(self.rest)
                self.rest.removeAll(keepingCapacity: true)
            }
        }
        return lines
    }

    /// What the stream ended with, nil when that was a line feed.
    mutating func finish() -> [UInt8]? {
        defer { self.rest = [] }
        return self.rest.isEmpty ? nil : self.rest
    }
}
