/// A JSON document as Swift values.
///
/// Whole numbers that fit are `integer`; every number written with a fraction or an exponent is `real` and finite.
package enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What a person calls the type of this value, with its article.
    package var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .real: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The members of a JSON object in the order of the document, each name once.
package struct JSONObject: Sendable, Equatable {
    /// One name with its value.
    package struct Member: Sendable, Equatable {
        /// The name, unescaped.
        package let name: String
        /// The value of the member.
        package let value: JSONValue

        /// Joins a name and its value.
        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// All members, in the order of the document.
    package let members: [Member]

    /// Takes over members whose names differ from each other.
    package init(members: [Member] = []) {
        self.members = members
    }

    /// The value called `name`, or nil if there is none.
    package subscript(name: String) -> JSONValue? {
        for member in self.members where member.name == name { return member.value }
        return nil
    }
}
