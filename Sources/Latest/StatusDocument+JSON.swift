package import Events

extension StatusDocument {
    /// Where the text of ``point`` begins in the encoding: scripts compare it without reading the rest.
    package static let pointStart = 16
    /// Where it ends, the last byte included.
    package static let pointEnd = 45

    /// Appends the document as JSON; version and point come first, at fixed places.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        writer.beginObject()
        writer.field("v", 1)
        writer.field("point", self.point.text)
        writer.field("monitor", self.monitor)
        if let card = self.card { card.encode(&writer) } else { writer.field("deleted", true) }
        writer.endObject()
        bytes = writer.bytes
    }

    /// The document as JSON.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        self.encode(into: &bytes)
        return bytes
    }

    /// Reads a document; throws ``RecordError`` where the bytes are none, or of a version that is not known here.
    package static func decode(_ bytes: [UInt8]) throws(RecordError) -> StatusDocument {
        try self.decode(try Fields(bytes.span, limit: 262_144))
    }

    static func decode(_ fields: Fields) throws(RecordError) -> StatusDocument {
        try fields.checkVersion()
        let text = try fields.string("point")
        guard let point = LatestPoint(text) else { throw .unknownValue(field: "point", value: text) }
        let monitor = try fields.integer("monitor", 1...Int64.max)
        if try fields.bool("deleted", default: false) {
            return StatusDocument(point: point, monitor: monitor, card: nil)
        }
        return StatusDocument(point: point, monitor: monitor, card: try Card.decode(fields))
    }
}

extension StatusDocument.Card {
    fileprivate func encode(_ writer: inout RecordWriter) {
        writer.field("name", self.name)
        writer.field("type", self.type)
        writer.field("target", self.target)
        writer.nullable("group", self.group)
        writer.field("tags", self.tags)
        writer.field("enabled", self.enabled)
        writer.field("interval", seconds: self.interval)
        writer.field("degradedAfter", seconds: self.degradedAfter)
        if let channels = self.channels { writer.field("channels", channels) }
        writer.field("generation", self.generation)
        writer.field("state", self.state.rawValue)
        writer.field("since", self.since)
        writer.field("degraded", self.degraded)
        writer.name("regions")
        writer.beginObject()
        for (name, region) in self.regions.sorted(by: { $0.key < $1.key }) {
            writer.name(text: name)
            region.encode(&writer)
        }
        writer.endObject()
        writer.name("incident")
        if let incident = self.incident { incident.encode(&writer) } else { writer.null() }
        writer.field("asOf", self.asOf)
        writer.nullable("unknownFrom", self.unknownFrom)
    }

    fileprivate static func decode(_ fields: Fields) throws(RecordError) -> StatusDocument.Card {
        guard case .object(let named) = try fields.required("regions") else {
            throw .wrongType(field: "regions", expected: "an object")
        }
        var regions: [String: StatusDocument.Region] = [:]
        for (name, value) in named {
            regions[name] = try StatusDocument.Region.decode(try Fields(value, "regions"))
        }
        guard let state = try fields.word("state", of: State.self) else { throw .missingField("state") }
        var incident: StatusDocument.Incident?
        if let value = fields["incident"] {
            incident = try StatusDocument.Incident.decode(try Fields(value, "incident"))
        }
        return StatusDocument.Card(
            name: try fields.string("name"),
            type: try fields.string("type"),
            target: try fields.string("target"),
            group: try fields.optionalString("group"),
            tags: try fields.strings("tags") ?? [],
            enabled: try fields.bool("enabled"),
            interval: try fields.seconds("interval", 1...Int64.max) ?? 60_000,
            // Left out by those who wrote before there were cards.
            degradedAfter: try fields.seconds("degradedAfter", 0...Int64.max) ?? 1_000,
            channels: try fields.integers("channels"),
            generation: try fields.integer("generation", 0...Int64.max),
            state: state,
            since: try fields.integer("since", 0...Int64.max),
            degraded: try fields.bool("degraded"),
            regions: regions,
            incident: incident,
            asOf: try fields.integer("asOf", 0...Int64.max),
            unknownFrom: try fields.optionalInteger("unknownFrom", 0...Int64.max)
        )
    }
}

extension StatusDocument.Region {
    fileprivate func encode(_ writer: inout RecordWriter) {
        writer.beginObject()
        writer.field("outcome", self.outcome.rawValue)
        writer.nullable("reason", self.reason?.rawValue)
        writer.nullable("code", self.code.map(Int64.init))
        writer.nullable("detail", self.detail)
        writer.name("latencyMs")
        if let latency = self.latencyMs { writer.decimal(latency) } else { writer.null() }
        writer.field("slot", self.slot)
        writer.field("attempt", Int64(self.attempt))
        writer.nullable("verdict", self.verdict?.rawValue)
        writer.nullable("certificateExpiresAt", self.certificateExpiresAt)
        writer.endObject()
    }

    fileprivate static func decode(_ fields: Fields) throws(RecordError) -> StatusDocument.Region {
        guard let outcome = try fields.word("outcome", of: Outcome.self) else { throw .missingField("outcome") }
        return StatusDocument.Region(
            outcome: outcome,
            reason: try fields.word("reason", of: Reason.self),
            code: try fields.optionalInteger("code", 0...999_999).map { Int($0) },
            detail: try fields.optionalString("detail"),
            latencyMs: try fields.decimal("latencyMs"),
            slot: try fields.integer("slot", 0...Int64.max),
            attempt: Int(try fields.integer("attempt", 0...1_000)),
            verdict: try fields.word("verdict", of: RegionState.Verdict.self),
            certificateExpiresAt: try fields.optionalInteger("certificateExpiresAt", Int64.min...Int64.max)
        )
    }
}

extension StatusDocument.Incident {
    fileprivate func encode(_ writer: inout RecordWriter) {
        writer.beginObject()
        writer.field("id", self.id)
        writer.field("startedAt", self.startedAt)
        writer.nullable("acknowledgedAt", self.acknowledgedAt)
        writer.endObject()
    }

    fileprivate static func decode(_ fields: Fields) throws(RecordError) -> StatusDocument.Incident {
        StatusDocument.Incident(
            id: try fields.string("id"),
            startedAt: try fields.integer("startedAt", 0...Int64.max),
            acknowledgedAt: try fields.optionalInteger("acknowledgedAt", 0...Int64.max)
        )
    }
}
