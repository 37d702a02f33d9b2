extension QueryReader {
    /// The values of a parameter that may be given several times and hold several with commas between.
    ///
    /// `nil`: it was left out. A value that holds a comma itself is among them, too, beside its parts.
    func list(_ name: String) -> [String]? {
        let values = self.texts(name)
        guard !values.isEmpty else { return nil }
        return values.flatMap { value in
            let parts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return parts.count > 1 ? parts + [value] : parts
        }
    }

    /// Words of a closed list, one or several; empty where the parameter is left out.
    func words<Word: RawRepresentable<String> & Hashable>(_ name: String, of words: [Word]) -> Set<Word> {
        let texts = (self.list(name) ?? []).filter { !$0.contains(",") }
        let found = texts.compactMap(Word.init(rawValue:))
        if found.count < texts.count {
            self.fault(name, "Must be one or more of \(words.map(\.rawValue).joined(separator: ", ")).")
        }
        return Set(found)
    }

    /// Whether `order` is `desc`, not `asc`; `nil`: it is left out.
    func isDescending() -> Bool? {
        self.value("order", "Must be asc or desc.") { text in
            text == "asc" ? false : text == "desc" ? true : nil
        }
    }

    /// `from` and `to` in Unix ms, the first before the second where both are given.
    func range() -> (from: Int64?, to: Int64?) {
        let expected = "Must be a moment such as 2026-01-31T12:00:00Z."
        let from = self.value("from", expected, Moment.read)
        let to = self.value("to", expected, Moment.read)
        if let from, let to, from >= to { self.fault("to", "Must be after from.") }
        return (from, to)
    }

    /// A region: 1 to 32 characters of `a-z 0-9 -`.
    func region() -> String? {
        self.value("region", "Must be a region: up to 32 characters of a-z, 0-9 and -.") { text in
            let isName = text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            return isName && (1...32).contains(text.utf8.count) ? text : nil
        }
    }
}
