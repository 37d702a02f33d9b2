import JSON

/// One field that a change touched.
struct AuditChange: Sendable, Equatable {
    /// Its name in the API.
    let field: String
    /// What it was; `nil`: not there, or a secret.
    let from: JSONValue?
    /// What it is; `nil`: not there any more, or a secret.
    let to: JSONValue?

    /// A field that was set anew, whose values nobody may see.
    static func secret(_ field: String) -> AuditChange { AuditChange(field: field, from: nil, to: nil) }

    /// A field that went from one text to another.
    static func text(_ field: String, from: String?, to: String?) -> AuditChange {
        AuditChange(field: field, from: from.map(JSONValue.string), to: to.map(JSONValue.string))
    }

    /// What an edit changes by itself.
    private static let followers: Set<String> = [
        "id", "generation", "createdAt", "updatedAt", "checkRequestedAt", "lastSeenAt", "warnings",
    ]

    /// The fields in which two documents of the API differ, which hold no secrets; `nil`: there is none.
    static func differences(from former: [UInt8]?, to latter: [UInt8]?) -> [AuditChange] {
        let (from, to) = (Self.object(former), Self.object(latter))
        var fields = from.members.map(\.name)
        fields += to.members.map(\.name).filter { from[$0] == nil }
        return fields.filter { !Self.followers.contains($0) && Self.value(from, $0) != Self.value(to, $0) }.map {
            AuditChange(field: $0, from: from[$0], to: to[$0])
        }
    }

    /// Null says the same as nothing.
    private static func value(_ object: JSONObject, _ field: String) -> JSONValue { object[field] ?? .null }

    private static func object(_ document: [UInt8]?) -> JSONObject {
        guard let document, case .object(let object)? = try? JSONParser.parse(document) else { return JSONObject() }
        return object
    }

    /// The array that the table keeps.
    static func encode(_ changes: [AuditChange]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for change in changes {
            writer.beginObject()
            writer.member("field", change.field)
            if let from = change.from {
                writer.name("from")
                writer.value(from)
            }
            if let to = change.to {
                writer.name("to")
                writer.value(to)
            }
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}
