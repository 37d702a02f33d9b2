/// Reads JSON strictly from bytes, token by token; holds only the position, so the bytes are read in place.
///
/// Strict: RFC 8259 grammar, valid UTF-8, no lone surrogates, integers within Int64, finite decimals, nesting of at
/// most ``maxDepth``. A NUL in a string becomes U+FFFD, since PostgreSQL's text cannot hold it. Every failure is a
/// ``RecordError``; no input crashes.
struct RecordScanner {
    /// How deep objects and arrays may nest.
    static let maxDepth = 16
    /// The next byte to be read.
    var position = 0

    /// The next byte that is not white space, without consuming it; 0 at the end.
    mutating func peek(_ bytes: Span<UInt8>) -> UInt8 {
        while self.position < bytes.count {
            switch bytes[self.position] {
            case 0x20, 0x09, 0x0A, 0x0D: self.position += 1
            case let byte: return byte
            }
        }
        return 0
    }

    /// Consumes `byte` if it comes next.
    mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard self.peek(bytes) == byte, self.position < bytes.count else { return false }
        self.position += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ bytes: Span<UInt8>, _ what: String) throws(RecordError) {
        guard self.take(byte, bytes) else { throw .malformed(at: self.position, expected: what) }
    }

    /// Nothing but white space may follow.
    mutating func end(_ bytes: Span<UInt8>) throws(RecordError) {
        _ = self.peek(bytes)
        guard self.position == bytes.count else { throw .malformed(at: self.position, expected: "the end") }
    }

    /// Consumes `literal` if it comes next.
    mutating func takeLiteral(_ literal: StaticString, _ bytes: Span<UInt8>) -> Bool {
        _ = self.peek(bytes)
        let count = literal.utf8CodeUnitCount
        guard bytes.count - self.position >= count else { return false }
        let matches = literal.withUTF8Buffer { buffer in
            for index in 0..<count where unsafe buffer[index] != bytes[self.position + index] { return false }
            return true
        }
        if matches { self.position += count }
        return matches
    }

    /// Consumes `null` if it comes next.
    mutating func takeNull(_ bytes: Span<UInt8>) -> Bool { self.takeLiteral("null", bytes) }

    mutating func string(_ bytes: Span<UInt8>) throws(RecordError) -> String {
        let raw = try self.rawString(bytes)
        return try self.text(raw, bytes)
    }

    /// Consumes a string and returns the range of its content, still escaped.
    mutating func rawString(_ bytes: Span<UInt8>) throws(RecordError) -> Range<Int> {
        try self.expect(0x22, bytes, "a string")
        let start = self.position
        while self.position < bytes.count {
            let byte = bytes[self.position]
            if byte == 0x22 {
                self.position += 1
                return start..<(self.position - 1)
            }
            guard byte >= 0x20 else { throw .malformed(at: self.position, expected: "no control character") }
            self.position += byte == 0x5C ? 2 : 1
        }
        throw .malformed(at: bytes.count, expected: "the end of a string")
    }

    /// The text of a range that ``rawString(_:)`` returned.
    func text(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(RecordError) -> String {
        let raw = bytes.extracting(range)
        var escaped = false
        for index in raw.indices where raw[index] == 0x5C {
            escaped = true
            break
        }
        if escaped {
            let plain = try self.unescape(range, bytes)
            return try self.validated(plain.span, at: range.lowerBound)
        }
        return try self.validated(raw, at: range.lowerBound)
    }

    private func validated(_ bytes: Span<UInt8>, at: Int) throws(RecordError) -> String {
        guard let text = try? UTF8Span(validating: bytes) else {
            throw .malformed(at: at, expected: "valid UTF-8")
        }
        return String(copying: text)
    }

    private func unescape(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(RecordError) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == 0x5C else {
                plain.append(byte)
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case 0x22: plain.append(0x22)
            case 0x5C: plain.append(0x5C)
            case 0x2F: plain.append(0x2F)
            case 0x62: plain.append(0x08)
            case 0x66: plain.append(0x0C)
            case 0x6E: plain.append(0x0A)
            case 0x72: plain.append(0x0D)
            case 0x74: plain.append(0x09)
            case 0x75:
                let scalar = try self.scalar(at: &index, range.upperBound, bytes)
                plain.append(contentsOf: String(scalar == "\0" ? "\u{FFFD}" : Character(scalar)).utf8)
                continue
            default: throw .malformed(at: index, expected: "a known escape")
            }
            index += 2
        }
        return plain
    }

    /// Reads `\uXXXX`, or two of them that make a surrogate pair, from `index` on and moves it past them.
    private func scalar(at index: inout Int, _ end: Int, _ bytes: Span<UInt8>) throws(RecordError) -> Unicode.Scalar {
        let start = index
        let first = try self.hex(index + 2, end, bytes)
        index += 6
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 6 <= end, bytes[index] == 0x5C, bytes[index + 1] == 0x75 else {
            throw .malformed(at: start, expected: "no lone surrogate")
        }
        let second = try self.hex(index + 2, end, bytes)
        index += 6
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw .malformed(at: start, expected: "no lone surrogate") }
        return scalar
    }

    private func hex(_ start: Int, _ end: Int, _ bytes: Span<UInt8>) throws(RecordError) -> UInt32 {
        guard start + 4 <= end else { throw .malformed(at: start, expected: "four hexadecimal digits") }
        var value: UInt32 = 0
        for index in start..<(start + 4) {
            switch bytes[index] {
            case let byte where byte >= 0x30 && byte <= 0x39: value = value << 4 | UInt32(byte - 0x30)
            case let byte where byte >= 0x41 && byte <= 0x46: value = value << 4 | UInt32(byte - 0x37)
            case let byte where byte >= 0x61 && byte <= 0x66: value = value << 4 | UInt32(byte - 0x57)
            default: throw .malformed(at: index, expected: "four hexadecimal digits")
            }
        }
        return value
    }
}
