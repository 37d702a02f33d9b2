/// The header fields of a request, packed into one block: reading none of them costs nothing more.
package struct HTTPHeaders: Sendable {
    // Each field: length of the name, length of the value (two bytes each, high first), name in lower case, value.
    private var block: [UInt8] = []

    /// No fields.
    package init() {}

    /// The fields given, for calling handlers without a socket.
    package init(_ fields: [(name: String, value: String)]) {
        for field in fields {
            var (name, value) = (field.name, field.value)
            name.withUTF8 { name in
                value.withUTF8 { value in
                    unsafe self.append(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value))
                }
            }
        }
    }

    /// The value of the first field called `name`, which must be in lower case; nil if there is none.
    package subscript(name: String) -> String? {
        var position = 0
        return self.next(name, &position)
    }

    /// Lends the bytes of the first field called `name`, which must be in lower case; nil if there is none.
    package func withValue<R>(of name: String, _ body: (Span<UInt8>) -> R) -> R? {
        var position = 0
        guard let range = self.range(ofNext: name, &position) else { return nil }
        return body(self.block.span.extracting(range))
    }

    /// The values of all fields called `name`, which must be in lower case, in their order.
    package func all(_ name: String) -> [String] {
        var values: [String] = []
        var position = 0
        while let value = self.next(name, &position) { values.append(value) }
        return values
    }

    /// The value of the next field of this name at or behind `position`, which moves behind it.
    private func next(_ name: String, _ position: inout Int) -> String? {
        guard let range = self.range(ofNext: name, &position) else { return nil }
        let value = self.block.span.extracting(range)
        return unsafe value.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Where its bytes are.
    private func range(ofNext name: String, _ position: inout Int) -> Range<Int>? {
        let wanted = name.utf8.span
        let bytes = self.block.span
        while position + 4 <= bytes.count {
            let nameLength = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            let valueLength = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let nameStart = position + 4
            let valueStart = nameStart + nameLength
            position = valueStart + valueLength
            if bytes.extracting(nameStart..<valueStart).equals(wanted) { return valueStart..<position }
        }
        return nil
    }

    mutating func reserve(_ bytes: Int) { self.block.reserveCapacity(bytes) }

    /// Adds one field; lengths beyond 65,535 cannot come, the buffer of a connection is smaller.
    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        precondition(name.count <= 0xFFFF && value.count <= 0xFFFF, "a header field is shorter than 64 KiB")
        self.block.append(UInt8(name.count >> 8))
        self.block.append(UInt8(name.count & 0xFF))
        self.block.append(UInt8(value.count >> 8))
        self.block.append(UInt8(value.count & 0xFF))
        let start = self.block.count
        unsafe self.block.append(contentsOf: name)
        for index in start..<self.block.count where (0x41...0x5A).contains(self.block[index]) {
            self.block[index] |= 0x20
        }
        unsafe self.block.append(contentsOf: value)
    }
}
