import CSodium

/// Base64 (RFC 4648): the standard alphabet with padding, and the URL alphabet without.
package enum Base64 {
    /// The standard form, padded.
    package static func encode(_ bytes: [UInt8]) -> String {
        Self.encode(bytes, variant: Int32(sodium_base64_VARIANT_ORIGINAL))
    }

    /// The form for URLs and file names, without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String {
        Self.encode(bytes, variant: Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING))
    }

    /// Reads the standard form, strictly; nil if it is anything else.
    package static func decode(_ text: String) -> [UInt8]? {
        Self.decode(text, variant: Int32(sodium_base64_VARIANT_ORIGINAL))
    }

    /// Reads the URL form without padding, strictly; nil if it is anything else.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        Self.decode(text, variant: Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING))
    }

    private static func encode(_ bytes: [UInt8], variant: Int32) -> String {
        let length = sodium_base64_encoded_len(bytes.count, variant)
        let text = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
            guard let start = buffer.baseAddress else { return }
            unsafe start.withMemoryRebound(to: CChar.self, capacity: length) { characters in
                _ = unsafe sodium_bin2base64(characters, length, bytes, bytes.count, variant)
            }
            // The last byte is the terminating NUL.
            filled = length - 1
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ text: String, variant: Int32) -> [UInt8]? {
        let characters = text.utf8.map { CChar(bitPattern: $0) }
        var bytes = [UInt8](repeating: 0, count: characters.count / 4 * 3 + 3)
        var length = 0
        let code = unsafe sodium_base642bin(
            &bytes,
            bytes.count,
            characters,
            characters.count,
            nil,
            &length,
            nil,
            variant
        )
        // Without an end pointer libsodium refuses text after the last valid character.
        guard code == 0 else { return nil }
        return [UInt8](bytes[..<length])
    }
}

/// Hexadecimal text in lower case.
package enum Hex {
    /// Two digits a byte.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(Self.digit(byte >> 4))
            text.append(Self.digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads digits of either case; nil if there is anything else or an odd number of them.
    package static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let value = Self.value(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
