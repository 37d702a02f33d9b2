/// Writes numbers of 0 or more in LEB128, and bytes with their count.
struct NumberWriter {
    private(set) var output: [UInt8] = []

    mutating func number(_ value: Int64) {
        var rest = UInt64(max(value, 0))
        while rest >= 0x80 {
            self.output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.output.append(UInt8(rest))
    }

    mutating func bytes(_ bytes: [UInt8]) {
        self.number(Int64(bytes.count))
        self.output += bytes
    }

    mutating func text(_ text: String) { self.bytes(Array(text.utf8)) }
}

/// Reads what ``NumberWriter`` wrote; `nil` where the input is something else.
struct NumberReader {
    private let input: [UInt8]
    private var index = 0

    init(_ input: [UInt8]) { self.input = input }

    var isAtEnd: Bool { self.index == self.input.count }

    mutating func number() -> Int64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 56, by: 7) {
            guard self.index < self.input.count else { return nil }
            let byte = self.input[self.index]
            self.index += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return Int64(number) }
        }
        return nil
    }

    mutating func bytes() -> [UInt8]? {
        guard let count = self.number(), count <= self.input.count - self.index else { return nil }
        defer { self.index += Int(count) }
        return Array(self.input[self.index..<(self.index + Int(count))])
    }

    mutating func text() -> String? {
        self.bytes().flatMap { String(validating: $0, as: UTF8.self) }
    }
}
