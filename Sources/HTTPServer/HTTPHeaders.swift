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
        let wanted = name.utf8.span
        let bytes = self.block.span
        var position = 0
        while position + 4 <= bytes.count {
            let nameLength = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            let valueLength = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let valueStart = position + 4 + nameLength
            if bytes.extracting(position + 4..<valueStart).equals(wanted) {
                let value = bytes.extracting(valueStart..<valueStart + valueLength)
                return unsafe value.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
            }
            position = valueStart + valueLength
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
