extension Action {
    /// Appends the action as JSON.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        writer.field("monitor", self.monitor)
        writer.optional("incident", self.incident)
        writer.field("verb", self.verb.rawValue)
        writer.field("person", self.person)
        writer.optional("text", self.text)
        writer.field("at", self.at)
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads an action.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> Action {
        let fields = try Fields(bytes, limit: Bounds.smallRecord)
        try fields.checkVersion()
        guard let verb = try fields.word("verb", of: Verb.self) else { throw .missingField("verb") }
        return Action(
            monitor: try fields.integer("monitor", Bounds.ids),
            incident: try fields.optionalString("incident", 1...64),
            verb: verb,
            person: try fields.string("person"),
            text: try fields.optionalString("text", 0...2_000),
            at: try fields.time("at")
        )
    }
}
