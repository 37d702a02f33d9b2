extension QueryReader {
    /// Whether `order` is `desc`, not `asc`; `nil`: it is left out.
    func isDescending() -> Bool? {
        self.value("order", "Must be asc or desc.") { text in
            text == "asc" ? false : text == "desc" ? true : nil
        }
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
