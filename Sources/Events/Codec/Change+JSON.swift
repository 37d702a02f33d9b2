extension Change {
    /// Appends the change as JSON: `{"v":1,"defined":{…}}` or `{"v":1,"deleted":{…}}`.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        switch self {
        case .defined(let monitor):
            writer.name("defined")
            monitor.write(to: &writer)
        case .deleted(let monitor, let generation, let at):
            writer.name("deleted")
            writer.beginObject()
            writer.field("monitor", monitor)
            writer.field("generation", generation)
            writer.field("at", at)
            writer.endObject()
        }
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads a change.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> Change {
        let fields = try Fields(bytes, limit: Bounds.definition)
        try fields.checkVersion()
        switch (fields["defined"], fields["deleted"]) {
        case (.some(let definition), .none): return .defined(try Monitor(Fields(definition, "defined")))
        case (.none, .some(let deletion)):
            let fields = try Fields(deletion, "deleted")
            return .deleted(
                monitor: try fields.integer("monitor", Bounds.ids),
                generation: try fields.integer("generation", Bounds.ids),
                at: try fields.time("at")
            )
        default: throw .missingField("defined or deleted")
        }
    }
}
