extension Channel {
    /// Appends the channel as JSON: the value of `settings` under ``key``.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        writer.field("id", self.id)
        writer.field("name", self.name)
        writer.field("type", self.type.rawValue)
        writer.field("default", self.isDefault)
        writer.field("enabled", self.enabled)
        writer.field("sealed", self.sealed)
        writer.field("createdAt", self.createdAt)
        writer.field("generation", self.generation)
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads a channel.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> Channel {
        let fields = try Fields(bytes, limit: Bounds.definition)
        try fields.checkVersion()
        guard let type = try fields.word("type", of: Kind.self) else { throw .missingField("type") }
        return Channel(
            id: try fields.integer("id", Bounds.ids),
            name: try fields.string("name"),
            type: type,
            isDefault: try fields.bool("default", default: false),
            enabled: try fields.bool("enabled", default: true),
            sealed: try fields.string("sealed", 0...Bounds.definition),
            createdAt: try fields.time("createdAt"),
            generation: try fields.integer("generation", Bounds.ids)
        )
    }

    /// The record's key in `settings`.
    package var key: String { "channel/\(self.id)" }
}

extension ChannelSecrets {
    /// Appends the secrets as JSON, to be sealed.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("url", self.url)
        writer.optional("signingSecret", self.signingSecret)
        writer.name("former")
        writer.beginArray()
        for former in self.former {
            writer.beginObject()
            writer.field("secret", former.secret)
            writer.field("until", former.until)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads unsealed secrets.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> ChannelSecrets {
        let fields = try Fields(bytes, limit: Bounds.definition)
        var former: [FormerSecret] = []
        for value in try fields.array("former", max: ChannelSecrets.mostFormer) ?? [] {
            let one = try Fields(value, "former")
            former.append(FormerSecret(try one.string("secret"), until: try one.time("until")))
        }
        return ChannelSecrets(
            url: try fields.string("url"),
            signingSecret: try fields.optionalString("signingSecret"),
            former: former
        )
    }
}
