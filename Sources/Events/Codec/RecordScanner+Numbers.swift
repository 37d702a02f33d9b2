/// Numbers, and values that nobody asked for.
extension RecordScanner {
    /// Consumes a number without fraction and exponent that fits Int64.
    mutating func integer(_ bytes: Span<UInt8>) throws(RecordError) -> Int64 {
        _ = self.peek(bytes)
        let start = self.position
        guard let range = self.number(bytes) else { throw .malformed(at: start, expected: "an integer") }
        guard let value = RecordScanner.integer(range, bytes) else {
            throw .malformed(at: start, expected: "an integer of at most 64 bits")
        }
        return value
    }

    /// Consumes a number; finite.
    mutating func decimal(_ bytes: Span<UInt8>) throws(RecordError) -> Double {
        _ = self.peek(bytes)
        let start = self.position
        guard let range = self.number(bytes) else { throw .malformed(at: start, expected: "a number") }
        guard let value = RecordScanner.decimal(range, bytes) else {
            throw .malformed(at: start, expected: "a finite number")
        }
        return value
    }

    /// The integer written in `range`; `nil` if it has a fraction or an exponent, or does not fit.
    static func integer(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Int64? {
        let negative = bytes[range.lowerBound] == 0x2D
        var value: Int64 = 0
        for index in (range.lowerBound + (negative ? 1 : 0))..<range.upperBound {
            let byte = bytes[index]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let digit = Int64(byte - 0x30)
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                negative
                ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// The finite number written in `range`.
    static func decimal(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Double? {
        guard range.count <= 64, let text = try? UTF8Span(validating: bytes.extracting(range)),
            let value = Double(String(copying: text)), value.isFinite
        else { return nil }
        return value
    }

    /// Consumes a number by the grammar of RFC 8259 §6 and returns where it stands.
    mutating func number(_ bytes: Span<UInt8>) -> Range<Int>? {
        let start = self.position
        var at = start
        func digits() -> Bool {
            let first = at
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
            return at > first
        }
        if at < bytes.count, bytes[at] == 0x2D { at += 1 }
        let leading = at
        guard digits() else { return nil }
        if bytes[leading] == 0x30, at > leading + 1 { return nil }
        if at < bytes.count, bytes[at] == 0x2E {
            at += 1
            guard digits() else { return nil }
        }
        if at < bytes.count, bytes[at] | 0x20 == 0x65 {
            at += 1
            if at < bytes.count, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
            guard digits() else { return nil }
        }
        self.position = at
        return start..<at
    }

    /// Consumes one value of any kind, checked as strictly as a wanted one.
    mutating func skip(_ bytes: Span<UInt8>, depth: Int = 1) throws(RecordError) {
        _ = try self.value(bytes, depth: depth)
    }
}
