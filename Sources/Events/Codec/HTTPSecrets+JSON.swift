extension HTTPSecrets {
    /// Appends the secrets as JSON, to be sealed.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.name("headers")
        writer.beginArray()
        for header in self.headers {
            writer.beginObject()
            writer.field("name", header.name)
            writer.field("value", header.value)
            writer.endObject()
        }
        writer.endArray()
        writer.optional("body", self.body)
        if let basic = self.basic {
            writer.name("basic")
            writer.beginObject()
            writer.field("user", basic.user)
            writer.field("password", basic.password)
            writer.endObject()
        }
        writer.optional("bearer", self.bearer)
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads unsealed secrets.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> HTTPSecrets {
        let fields = try Fields(bytes, limit: Bounds.definition)
        var headers: [Header] = []
        for value in try fields.array("headers") ?? [] {
            let header = try Fields(value, "headers")
            headers.append(Header(name: try header.string("name"), value: try header.string("value", 0...16_384)))
        }
        var basic: BasicAuthentication?
        if let value = fields["basic"] {
            let pair = try Fields(value, "basic")
            basic = BasicAuthentication(user: try pair.string("user"), password: try pair.string("password"))
        }
        return HTTPSecrets(
            headers: headers,
            body: try fields.optionalString("body", 0...Bounds.definition),
            basic: basic,
            bearer: try fields.optionalString("bearer", 0...16_384)
        )
    }
}
