/// Makes any text harmless inside one line: what others send must neither begin a new line nor drive a terminal.
package enum LogEscape {
    /// Text in which only what is dangerous is escaped.
    package static func plain(_ text: String) -> String {
        var bytes: [UInt8] = []
        self.appendPlain(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A value of logfmt: bare when it is one plain word, a JSON string otherwise.
    package static func word(_ text: String) -> String {
        var bytes: [UInt8] = []
        self.appendWord(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a JSON string, quotes included.
    ///
    /// Control characters (C0, DEL, C1), line separators and the marks that turn the direction of text are escaped.
    static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: "\\\"".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            default: self.append(scalar, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends text without quotes; only what is dangerous is escaped.
    static func appendPlain(_ text: String, to bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars { self.append(scalar, to: &bytes) }
    }

    /// Appends a value of logfmt: bare when it is one plain word, a JSON string otherwise.
    static func appendWord(_ text: String, to bytes: inout [UInt8]) {
        let isWord =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
                    && byte != UInt8(ascii: "\\")
            }
        if isWord {
            bytes.append(contentsOf: text.utf8)
        } else {
            self.appendQuoted(text, to: &bytes)
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        switch scalar.value {
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
            bytes.append(contentsOf: "\\u".utf8)
            for shift in [12, 8, 4, 0] {
                let digit = UInt8(scalar.value >> UInt32(shift) & 0xF)
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        default: bytes.append(contentsOf: scalar.utf8)
        }
    }
}
