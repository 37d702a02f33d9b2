// The standard library's own normaliser, which has no public name yet.
@_spi(_Unicode) import Swift

/// Text as it is compared where people search and sort: without case, accents and other ways to write the same.
///
/// "Crème" is found by "creme" and by "CRÈME", whether its accents are characters of their own or not; "Straße" by
/// "STRASSE", "ＡＰＩ１" by "api1". Marks that make another letter of it (the dots of が, the vowels of Hindi) stay. What
/// only looks alike, such as "™" and "tm", stays different.
enum SearchText {
    /// Letters that have no accent to take off, and are still typed without their stroke.
    private static let plain: [Unicode.Scalar: String] = [
        "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    ]

    /// What `text` is compared by, in UTF-8; the same for every way to write it.
    static func folded(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            for index in bytes.indices {
                switch bytes[index] {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes[index] += 0x20
                // Tabs and line ends are spaces, as any other.
                case 9...13: bytes[index] = UInt8(ascii: " ")
                default: break
                }
            }
            return bytes
        }
        bytes.removeAll(keepingCapacity: true)
        for composed in text._nfc {
            let properties = composed.properties
            if self.isAccent(properties) || properties.isDefaultIgnorableCodePoint { continue }
            // Only for an accent is a letter taken apart: か is not to be found in が, although that begins with it.
            let parts = String(composed)._nfd
            for scalar in parts.contains(where: { self.isAccent($0.properties) }) ? Array(parts) : [composed]
            where !self.isAccent(scalar.properties) {
                bytes.append(contentsOf: self.folded(scalar, scalar.properties).utf8)
            }
        }
        return bytes
    }

    /// Combining classes up to nine make another letter (UAX #44).
    private static func isAccent(_ properties: Unicode.Scalar.Properties) -> Bool {
        properties.canonicalCombiningClass.rawValue > 9
    }

    /// The words of what somebody searches for, all of which are to be found.
    static func words(_ search: String) -> [[UInt8]] {
        self.folded(search).split(separator: UInt8(ascii: " ")).map(Array.init)
    }

    private static func folded(_ scalar: Unicode.Scalar, _ properties: Unicode.Scalar.Properties) -> String {
        if properties.isWhitespace { return " " }
        switch properties.numericType {
        case .decimal, .digit:
            if let value = properties.numericValue { return String(Int(value)) }
        default: break
        }
        // The wide forms of ASCII.
        if 0xFF01...0xFF5E ~= scalar.value { return Self.lowered(Unicode.Scalar(UInt8(scalar.value - 0xFEE0))) }
        return Self.lowered(scalar)
    }

    /// By way of the upper case, in which ß and ſ and ligatures become what they are typed as.
    private static func lowered(_ scalar: Unicode.Scalar) -> String {
        var lowered = ""
        for upper in scalar.properties.lowercaseMapping.uppercased().unicodeScalars {
            for lower in upper.properties.lowercaseMapping.unicodeScalars {
                lowered += Self.plain[lower] ?? String(lower)
            }
        }
        return lowered
    }
}
