extension HTTPRequest {
    /// The items of the query in their order, decoded.
    ///
    /// `+` stands for a space. Items without `=` have an empty value.
    /// - Throws: ``QueryFault`` for a broken percent escape, bytes that are no UTF-8, or more than 100 items.
    package func query() throws(QueryFault) -> [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        let bytes = self.target.utf8.span
        var start = bytes.index(of: UInt8(ascii: "?")) + 1
        while start < bytes.count {
            let end = bytes.index(of: UInt8(ascii: "&"), from: start)
            let item = bytes.extracting(start..<end)
            start = end + 1
            guard !item.isEmpty else { continue }
            guard items.count < 100 else {
                throw QueryFault(description: "The query has more than 100 items.")
            }
            let equals = item.index(of: UInt8(ascii: "="))
            guard let name = PercentEncoding.decode(item.extracting(..<equals), plusIsSpace: true),
                let value = PercentEncoding.decode(
                    item.extracting(min(equals + 1, item.count)...),
                    plusIsSpace: true
                )
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
    static func decode(_ text: Span<UInt8>, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.count, let high = Self.digit(text[index + 1]),
                    let low = Self.digit(text[index + 2])
                else { return nil }
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
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
