/// One thing that is wrong with a document, and where.
package struct JSONFault: Sendable, Equatable {
    /// The place as an RFC 6901 pointer, such as `/assertions/0/value`; empty for the whole document.
    package let pointer: String
    /// One sentence that says what is expected.
    package let detail: String

    /// Joins a place and a sentence.
    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// Everything that is wrong with a document.
package struct JSONFaults: Error, Equatable, CustomStringConvertible {
    /// The faults in the order in which they were found, at least one.
    package let faults: [JSONFault]

    /// Takes over the faults.
    package init(_ faults: [JSONFault]) {
        self.faults = faults
    }

    /// All faults on one line.
    package var description: String {
        self.faults.map { "\($0.pointer.isEmpty ? "/" : $0.pointer): \($0.detail)" }.joined(separator: " ")
    }
}

/// A place in a document, grown while a reader walks into it (RFC 6901).
package struct JSONPointer: Sendable, Equatable {
    /// The pointer's text, such as `/regions/2`; empty for the whole document.
    package let text: String

    /// The whole document.
    package static let root = JSONPointer(text: "")

    /// The place `name` of the object here; `~` and `/` in it are escaped.
    package func appending(_ name: String) -> JSONPointer {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return JSONPointer(text: "\(self.text)/\(name)")
        }
        var escaped = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return JSONPointer(text: "\(self.text)/\(escaped)")
    }

    /// The place `index` of the array here.
    package func appending(_ index: Int) -> JSONPointer {
        JSONPointer(text: "\(self.text)/\(index)")
    }
}
