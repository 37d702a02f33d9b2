import JSON

/// A person as the API answers it; the password only ever goes in.
enum PersonDocument {
    /// Writes a person.
    static func write(_ person: PersonStore.Person, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", person.id)
        writer.member("name", person.name)
        writer.member("role", person.role.rawValue)
        writer.member("isDisabled", person.isDisabled)
        writer.member("hasPassword", person.password != nil)
        writer.member("generation", person.generation)
        writer.member("createdAt", time: person.createdAt)
        writer.member("lastSeenAt", time: person.lastSeenAt)
        writer.endObject()
    }

    /// A person alone.
    static func bytes(_ person: PersonStore.Person) -> [UInt8] {
        var writer = JSONWriter()
        self.write(person, to: &writer)
        return writer.bytes
    }

    /// A name that can be told from others by looking at it.
    static var name: JSONRule<String> {
        JSONRule<String>.string(1...200).then("Must not hold control characters, nor begin or end with a space.") {
            let isPlain = $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            return isPlain && $0.first?.isWhitespace == false && $0.last?.isWhitespace == false ? $0 : nil
        }
    }

    /// One of the roles.
    static var role: JSONRule<Role> {
        JSONRule<String>.oneOf(Role.allCases.map(\.rawValue)).then("") { Role(rawValue: $0) }
    }

    /// A new password: long enough, and nothing else is asked of it.
    static var password: JSONRule<String> {
        JSONRule<String>.string(0...Passwords.longest).then("Must have at least \(Passwords.shortest) characters.") {
            $0.unicodeScalars.count >= Passwords.shortest ? $0 : nil
        }
    }
}
