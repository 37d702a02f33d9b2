/// Appends JSON to bytes that the caller reuses.
package struct RecordWriter: ~Copyable {
    /// What was written.
    package var bytes: [UInt8]
    private var needsComma = false

    /// Continues `bytes`, which the caller hands over so that nothing is copied.
    package init(_ bytes: consuming [UInt8] = []) { self.bytes = bytes }

    /// Opens an object.
    package mutating func beginObject() { self.open(0x7B) }
    /// Closes an object.
    package mutating func endObject() { self.close(0x7D) }
    /// Opens an array.
    package mutating func beginArray() { self.open(0x5B) }
    /// Closes an array.
    package mutating func endArray() { self.close(0x5D) }

    /// A field's name, which must need no escaping.
    package mutating func name(_ name: StaticString) {
        self.separate()
        self.bytes.append(0x22)
        name.withUTF8Buffer { unsafe self.bytes.append(contentsOf: $0) }
        self.bytes.append(0x22)
        self.bytes.append(0x3A)
        self.needsComma = false
    }

    /// A field's name of any text.
    package mutating func name(text: String) {
        self.string(text)
        self.bytes.append(0x3A)
        self.needsComma = false
    }

    /// `null`.
    package mutating func null() {
        self.separate()
        self.bytes.append(contentsOf: [0x6E, 0x75, 0x6C, 0x6C])
    }

    /// `true` or `false`.
    package mutating func bool(_ value: Bool) {
        self.separate()
        self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// A whole number.
    package mutating func integer(_ value: Int64) {
        self.separate()
        if value < 0 { self.bytes.append(0x2D) }
        var digits = InlineArray<20, UInt8>(repeating: 0x30)
        var first = 20
        var rest = value.magnitude
        repeat {
            first -= 1
            digits[first] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<20 { self.bytes.append(digits[index]) }
    }

    /// A finite number in its shortest form; whole ones without a fraction.
    package mutating func decimal(_ value: Double) {
        if let whole = Int64(exactly: value) { return self.integer(whole) }
        self.separate()
        self.bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    }

    /// A duration of whole milliseconds, written in seconds with up to three decimals.
    package mutating func seconds(_ milliseconds: Int64) {
        self.integer(milliseconds / 1_000)
        var rest = Int(abs(milliseconds % 1_000))
        guard rest > 0 else { return }
        self.bytes.append(0x2E)
        var unit = 100
        while rest > 0 {
            self.bytes.append(UInt8(rest / unit) + 0x30)
            rest %= unit
            unit /= 10
        }
    }

    /// Text, escaped where it must be; a NUL becomes U+FFFD.
    package mutating func string(_ text: String) {
        self.separate()
        self.bytes.append(0x22)
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) else {
            self.bytes.append(contentsOf: text.utf8)
            self.bytes.append(0x22)
            return
        }
        for byte in text.utf8 {
            switch byte {
            case 0x22: self.bytes.append(contentsOf: [0x5C, 0x22])
            case 0x5C: self.bytes.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: self.bytes.append(contentsOf: [0x5C, 0x6E])
            case 0: self.bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
            case 1..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                self.bytes.append(contentsOf: [0x5C, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(0x22)
    }

    private mutating func open(_ byte: UInt8) {
        self.separate()
        self.bytes.append(byte)
        self.needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        self.bytes.append(byte)
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.bytes.append(0x2C) }
        self.needsComma = true
    }
}

extension RecordWriter {
    /// A field with a whole number.
    package mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        self.integer(value)
    }
    /// A field with `true` or `false`.
    package mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        self.bool(value)
    }
    /// A field with a text.
    package mutating func field(_ name: StaticString, _ value: String) {
        self.name(name)
        self.string(value)
    }
    /// A field with a duration of whole milliseconds, in seconds.
    package mutating func field(_ name: StaticString, seconds: Int64) {
        self.name(name)
        self.seconds(seconds)
    }
    /// Writes `null` for nothing.
    package mutating func nullable(_ name: StaticString, _ value: Int64?) {
        self.name(name)
        if let value { self.integer(value) } else { self.null() }
    }
    /// Writes `null` for nothing.
    package mutating func nullable(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { self.string(value) } else { self.null() }
    }
    /// Writes nothing at all for nothing.
    package mutating func optional(_ name: StaticString, _ value: Int64?) {
        if let value { self.field(name, value) }
    }
    /// Writes nothing at all for nothing.
    package mutating func optional(_ name: StaticString, _ value: String?) {
        if let value { self.field(name, value) }
    }
    /// A field with a list of texts.
    package mutating func field(_ name: StaticString, _ values: [String]) {
        self.name(name)
        self.beginArray()
        for value in values { self.string(value) }
        self.endArray()
    }
    /// A field with a list of whole numbers.
    package mutating func field(_ name: StaticString, _ values: [Int64]) {
        self.name(name)
        self.beginArray()
        for value in values { self.integer(value) }
        self.endArray()
    }
}
