/// Writes JSON straight into bytes.
///
/// Commas are set by the writer; that names and values alternate and every begin has its end is the caller's part.
package struct JSONWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Begins an empty text with room for `capacity` bytes.
    package init(capacity: Int = 256) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Opens an object.
    package mutating func beginObject() { self.open(UInt8(ascii: "{")) }
    /// Closes the innermost object.
    package mutating func endObject() { self.close(UInt8(ascii: "}")) }
    /// Opens an array.
    package mutating func beginArray() { self.open(UInt8(ascii: "[")) }
    /// Closes the innermost array.
    package mutating func endArray() { self.close(UInt8(ascii: "]")) }

    /// Writes the name of the next value.
    package mutating func name(_ name: String) {
        self.separate()
        self.quote(name)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    /// Writes null.
    package mutating func null() { self.token("null") }

    /// Writes a boolean.
    package mutating func value(_ value: Bool) { self.token(value ? "true" : "false") }

    /// Writes a whole number exactly.
    package mutating func value(_ value: Int64) {
        self.separate()
        self.digits(value)
        self.needsComma = true
    }

    /// Writes a whole number exactly.
    package mutating func value(_ value: Int) { self.value(Int64(value)) }

    /// Writes the shortest form that reads back as the same number; null for NaN and infinities, which JSON lacks.
    package mutating func value(_ value: Double) {
        guard value.isFinite else { return self.null() }
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return self.value(whole) }
        self.token(value.description)
    }

    /// Writes a string, escaped as RFC 8259 demands.
    package mutating func value(_ value: String) {
        self.separate()
        self.quote(value)
        self.needsComma = true
    }

    /// Writes milliseconds as seconds with up to three decimals, exactly.
    package mutating func seconds(milliseconds: Int64) {
        self.thousandths(milliseconds)
    }

    /// Writes microseconds as milliseconds with up to three decimals, exactly.
    package mutating func milliseconds(microseconds: Int64) {
        self.thousandths(microseconds)
    }

    /// Copies a finished JSON value.
    package mutating func raw(_ json: [UInt8]) {
        self.separate()
        self.bytes.append(contentsOf: json)
        self.needsComma = true
    }

    /// Writes JSON that is lent.
    package mutating func raw(_ json: RawSpan) {
        self.separate()
        unsafe json.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
        self.needsComma = true
    }

    private mutating func thousandths(_ value: Int64) {
        self.separate()
        self.needsComma = true
        let magnitude = value.magnitude
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        self.digits(Int64(magnitude / 1000))
        var fraction = magnitude % 1000
        guard fraction > 0 else { return }
        self.bytes.append(UInt8(ascii: "."))
        var unit: UInt64 = 100
        while fraction > 0 {
            self.bytes.append(UInt8(ascii: "0") + UInt8(fraction / unit))
            fraction %= unit
            unit /= 10
        }
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

    mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func token(_ text: String) {
        self.separate()
        self.bytes.append(contentsOf: text.utf8)
        self.needsComma = true
    }

    private mutating func digits(_ value: Int64) {
        guard value < 0 || value > 9 else { return self.bytes.append(UInt8(ascii: "0") + UInt8(value)) }
        self.bytes.append(contentsOf: String(value).utf8)
    }

    private mutating func quote(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0x0A: self.bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: self.bytes.append(contentsOf: "\\r".utf8)
            case 0x09: self.bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                self.bytes.append(contentsOf: "\\u00".utf8)
                self.bytes.append(Self.hex(byte >> 4))
                self.bytes.append(Self.hex(byte & 15))
            default: self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
