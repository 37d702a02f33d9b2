extension Pulse {
    /// Appends the pulse as JSON.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        writer.field("region", self.region)
        writer.field("share", Int64(self.share))
        writer.field("time", self.time)
        writer.field("canary", self.canary.rawValue)
        writer.name("load")
        writer.decimal(self.load)
        writer.field("pinger", self.pinger)
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads a pulse.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> Pulse {
        let fields = try Fields(bytes, limit: Bounds.smallRecord)
        try fields.checkVersion()
        let region = try fields.string("region")
        try checkRegion(region)
        guard let canary = try fields.word("canary", of: Canary.self) else { throw .missingField("canary") }
        let load = try fields.decimal("load") ?? 0
        guard (0...1_000).contains(load) else {
            throw .outOfRange(field: "load", value: "\(load)", allowed: "0 to 1000")
        }
        return Pulse(
            region: region,
            share: Int(try fields.integer("share", 0...Int64(Topic.shares - 1))),
            time: try fields.time("time"),
            canary: canary,
            load: load,
            pinger: try fields.string("pinger", 0...253)
        )
    }
}
