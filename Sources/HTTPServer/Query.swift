extension HTTPRequest {
    /// The items of the query in their order, decoded.
    ///
    /// `+` stands for a space. Items without `=` have an empty value.
    /// - Throws: ``QueryFault`` for a broken percent escape, bytes that are no UTF-8, or more than 100 items.
    package func query() throws(QueryFault) -> [(name: String, value: String)] {
        guard let mark = self.target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        var items: [(name: String, value: String)] = []
        let text = self.target.utf8[self.target.utf8.index(after: mark)...]
        for item in text.split(separator: UInt8(ascii: "&")) {
            guard items.count < 100 else {
                throw QueryFault(description: "The query has more than 100 items.")
            }
            let name = item.prefix { $0 != UInt8(ascii: "=") }
            let value = item.dropFirst(name.count + 1)
            guard let name = PercentEncoding.decode(name, plusIsSpace: true),
                let value = PercentEncoding.decode(value, plusIsSpace: true)
            else {
                throw QueryFault(description: "The query has a percent escape that is broken or is not UTF-8.")
            }
            items.append((name, value))
        }
        return items
    }
}

/// Why a query cannot be read.
package struct QueryFault: Error, Equatable, CustomStringConvertible {
    /// One sentence for the client.
    package let description: String
}

/// The percent escapes of URLs (RFC 3986 §2.1).
enum PercentEncoding {
    /// The text behind the escapes; nil if one is broken or the bytes are no UTF-8 or hold control characters.
    static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(Self.digit), let low = iterator.next().flatMap(Self.digit)
                else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
