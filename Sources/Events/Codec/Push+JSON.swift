extension Push {
    /// Appends the heartbeat as JSON; a `detail` of more than 500 bytes is cut at a character's boundary.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        writer.field("monitor", self.monitor)
        writer.field("at", self.at)
        writer.field("outcome", self.outcome.rawValue)
        writer.optional("detail", self.detail.map { shortened($0, to: Bounds.detail) })
        if let latency = self.latency {
            writer.name("latency")
            writer.decimal(latency)
        }
        writer.field("gateway", self.gateway)
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads a heartbeat.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> Push {
        let fields = try Fields(bytes, limit: Bounds.smallRecord)
        try fields.checkVersion()
        guard let outcome = try fields.word("outcome", of: Outcome.self) else { throw .missingField("outcome") }
        guard outcome == .up || outcome == .down else {
            throw .unknownValue(field: "outcome", value: outcome.rawValue)
        }
        let latency = try fields.decimal("latency")
        if let latency, !(0...3_600_000).contains(latency) {
            throw .outOfRange(field: "latency", value: "\(latency)", allowed: "0 to 3600000")
        }
        return Push(
            monitor: try fields.integer("monitor", Bounds.ids),
            at: try fields.time("at"),
            outcome: outcome,
            detail: try fields.optionalString("detail", 0...Bounds.detail),
            latency: latency,
            gateway: try fields.string("gateway", 0...253)
        )
    }
}
