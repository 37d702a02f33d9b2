extension ShareState {
    /// The share's row, with the partition's time.
    func encoded(time: Int64) -> [UInt8] {
        var writer = RecordWriter()
        writer.beginObject()
        writer.field("v", 1)
        writer.field("share", Int64(self.share))
        writer.field("time", time)
        writer.name("regions")
        writer.beginArray()
        for watch in self.regions {
            writer.beginObject()
            writer.field("region", watch.region)
            writer.field("began", watch.began)
            writer.field("last", watch.last)
            writer.field("canary", watch.canary.rawValue)
            writer.field("goesOn", watch.goesOn)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> (ShareState, time: Int64) {
        let fields = try Fields(bytes, limit: Bounds.definition)
        try fields.checkVersion()
        var share = ShareState(share: Int(try fields.integer("share", 0...Int64(Topic.shares - 1))))
        for value in try fields.array("regions") ?? [] {
            let watch = try Fields(value, "regions")
            share.regions.append(
                Watch(
                    region: try watch.string("region"),
                    began: try watch.integer("began", Bounds.any),
                    last: try watch.integer("last", Bounds.any),
                    canary: try watch.word("canary", of: Pulse.Canary.self) ?? .none,
                    goesOn: try watch.bool("goesOn")
                )
            )
        }
        return (share, try fields.integer("time", Bounds.any))
    }
}
