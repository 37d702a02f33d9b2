extension CheckResult {
    /// Appends the result as JSON in the shape of design §3 to `bytes`, which the caller clears and reuses.
    ///
    /// A `detail` of more than 500 bytes is cut at a character's boundary.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        writer.field("monitor", self.monitor)
        writer.field("region", self.region)
        writer.field("slot", self.slot)
        writer.field("attempt", Int64(self.attempt))
        writer.field("startedAt", self.startedAt)
        writer.field("outcome", self.outcome.rawValue)
        writer.nullable("reason", self.reason?.rawValue)
        writer.nullable("phase", self.phase?.rawValue)
        writer.nullable("code", self.code.map(Int64.init))
        writer.nullable("detail", self.detail.map { shortened($0, to: Bounds.detail) })
        writer.name("micros")
        writer.beginObject()
        writer.nullable("dns", self.timings.dns)
        writer.nullable("connect", self.timings.connect)
        writer.nullable("tls", self.timings.tls)
        writer.nullable("firstByte", self.timings.firstByte)
        writer.nullable("total", self.timings.total)
        writer.endObject()
        writer.name("values")
        if let values = self.values {
            writer.beginObject()
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.name(text: name)
                writer.decimal(value)
            }
            writer.endObject()
        } else {
            writer.null()
        }
        writer.nullable("address", self.address)
        writer.nullable("certificateExpiresAt", self.certificateExpiresAt)
        writer.field("pinger", self.pinger)
        writer.field("generation", self.generation)
        writer.endObject()
        bytes = writer.bytes
    }

    /// Reads a result; any order of fields, unknown ones ignored, each reject a ``RecordError``.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> CheckResult {
        guard bytes.count <= Bounds.smallRecord else {
            throw .tooLarge(bytes: bytes.count, limit: Bounds.smallRecord)
        }
        var reader = ResultReader()
        try reader.read(bytes)
        return reader.found
    }
}

/// `text`, or as many of its first characters as fit into `limit` bytes.
func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var count = 0
    var short = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        count += UTF8.width(scalar)
        if count > limit { break }
        short.append(scalar)
    }
    return String(short)
}
