extension MonitorState {
    /// The monitor's row.
    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.beginObject()
        writer.field("v", 2)
        writer.field("id", self.id)
        if let definition = self.definition {
            writer.name("definition")
            definition.write(to: &writer)
        }
        writer.field("generation", self.generation)
        writer.field("watchedSince", self.watchedSince)
        writer.field("graceFrom", self.graceFrom)
        writer.field("confirmed", self.confirmed.rawValue)
        writer.field("confirmedSince", self.confirmedSince)
        writer.field("shown", self.shown.rawValue)
        writer.field("since", self.since)
        writer.field("degraded", self.degraded)
        writer.field("floor", self.floor)
        writer.optional("pushBase", self.pushBase)
        self.span.write(to: &writer)
        writer.stretches("formerSight", self.formerSight)
        writer.stretches("shortages", self.shortages)
        writer.optional("shortFrom", self.shortFrom)
        if let incident = self.incident {
            writer.name("incident")
            incident.write(to: &writer)
        }
        writer.name("regions")
        writer.beginArray()
        for region in self.regions { region.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> MonitorState {
        let fields = try Fields(bytes, limit: 4 * Bounds.definition)
        let version = try fields.checkVersion(through: 2)
        let id = try fields.integer("id", Bounds.ids)
        let generation = try fields.integer("generation", Bounds.ids)
        var state = MonitorState(tombstone: id, generation: generation, at: 0)
        if let definition = fields["definition"] { state.definition = try Monitor(Fields(definition, "definition")) }
        state.watchedSince = try fields.integer("watchedSince", Bounds.any)
        state.graceFrom = try fields.integer("graceFrom", Bounds.any)
        state.confirmed = try fields.word("confirmed", of: Confirmed.self) ?? .none
        state.confirmedSince = try fields.integer("confirmedSince", Bounds.any)
        state.shown = try fields.word("shown", of: State.self) ?? .new
        state.since = try fields.integer("since", Bounds.any)
        state.degraded = try fields.bool("degraded", default: false)
        state.floor = try fields.integer("floor", Bounds.any)
        state.pushBase = try fields.optionalInteger("pushBase", Bounds.any)
        if let incident = fields["incident"] {
            state.incident = try Incident(Fields(incident, "incident"), monitor: id)
        }
        for region in try fields.array("regions") ?? [] {
            state.regions.append(try RegionState(Fields(region, "regions")))
        }
        state.formerSight = try fields.stretches("formerSight")
        state.shortages = try fields.stretches("shortages")
        state.shortFrom = try fields.optionalInteger("shortFrom", Bounds.any)
        state.span = try SpanTrack(fields, seen: state.seen)
        if version == 1 { try state.readSpansOfVersion1(fields) }
        return state
    }
}

extension SpanTrack {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.field("spans", self.verdicts.map(\.from))
        writer.field("spanStates", self.verdicts.map(\.state.rawValue))
    }

    fileprivate init(_ fields: Fields, seen: [Range<Int64>]) throws(RecordError) {
        let starts = try fields.integers("spans") ?? []
        var states: [SpanState] = []
        for text in try fields.strings("spanStates") ?? [] {
            guard let state = SpanState(rawValue: text) else {
                throw .unknownValue(field: "spanStates", value: text)
            }
            states.append(state)
        }
        self.init(zip(starts, states).map(Mark.init), seen: seen)
    }
}

extension Sight {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.stretches("sight", self.stretches)
        writer.field("sightOpen", self.isOpen)
        writer.field("sightCut", self.isCut)
    }

    fileprivate init(_ fields: Fields) throws(RecordError) {
        self.init()
        self.stretches = try fields.stretches("sight")
        self.isOpen = try fields.bool("sightOpen", default: false)
        self.isCut = try fields.bool("sightCut", default: true)
    }
}

extension RecordWriter {
    /// Starts and ends, one after the other.
    fileprivate mutating func stretches(_ name: StaticString, _ stretches: [Range<Int64>]) {
        self.field(name, stretches.flatMap { [$0.lowerBound, $0.upperBound] })
    }
}

extension Fields {
    fileprivate func stretches(_ name: String) throws(RecordError) -> [Range<Int64>] {
        let bounds = try self.integers(name) ?? []
        var stretches: [Range<Int64>] = []
        for index in stride(from: 0, to: bounds.count - 1, by: 2) {
            guard bounds[index] <= bounds[index + 1] else {
                throw .outOfRange(field: name, value: "\(bounds[index + 1])", allowed: "\(bounds[index]) or later")
            }
            stretches.append(bounds[index]..<bounds[index + 1])
        }
        return stretches
    }
}

extension Incident {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.beginObject()
        writer.field("id", self.id)
        writer.field("startedAt", self.startedAt)
        writer.field("confirmedAt", self.confirmedAt)
        writer.optional("reason", self.reason?.rawValue)
        writer.optional("detail", self.detail)
        writer.field("regions", self.regions)
        writer.optional("acknowledgedAt", self.acknowledgedAt)
        writer.field("reminders", Int64(self.reminders))
        writer.endObject()
    }

    fileprivate init(_ fields: Fields, monitor: Int64) throws(RecordError) {
        self.init(
            id: try fields.string("id"),
            monitor: monitor,
            startedAt: try fields.integer("startedAt", Bounds.any),
            confirmedAt: try fields.integer("confirmedAt", Bounds.any),
            reason: try fields.word("reason", of: Reason.self),
            detail: try fields.optionalString("detail"),
            regions: try fields.strings("regions") ?? [],
            acknowledgedAt: try fields.optionalInteger("acknowledgedAt", Bounds.any),
            reminders: Int(try fields.integer("reminders", 0...Int64(Int32.max)))
        )
    }
}

extension RegionState {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.beginObject()
        writer.field("name", self.name)
        writer.field("slot", self.slot)
        writer.field("attempt", Int64(self.attempt))
        writer.optional("knownSlot", self.knownSlot)
        self.sight.write(to: &writer)
        writer.optional("verdict", self.verdict?.rawValue)
        writer.field("failures", Int64(self.failures))
        writer.field("successes", Int64(self.successes))
        writer.field("runFrom", self.runFrom)
        writer.field("verdictFrom", self.verdictFrom)
        self.span.write(to: &writer)
        writer.field("outcome", self.outcome.rawValue)
        writer.optional("reason", self.reason?.rawValue)
        writer.optional("code", self.code.map(Int64.init))
        writer.optional("detail", self.detail)
        writer.optional("latency", self.latency)
        writer.optional("certificateExpiresAt", self.certificateExpiresAt)
        writer.endObject()
    }

    fileprivate init(_ fields: Fields) throws(RecordError) {
        self.init(
            name: try fields.string("name"),
            slot: try fields.integer("slot", Bounds.any),
            attempt: Int(try fields.integer("attempt", Bounds.attempts))
        )
        self.knownSlot = try fields.optionalInteger("knownSlot", Bounds.any)
        self.sight = try Sight(fields)
        self.verdict = try fields.word("verdict", of: Verdict.self)
        self.failures = Int(try fields.integer("failures", 0...1_000_000))
        self.successes = Int(try fields.integer("successes", 0...1_000_000))
        self.runFrom = try fields.integer("runFrom", Bounds.any)
        self.verdictFrom = try fields.integer("verdictFrom", Bounds.any)
        self.span = try SpanTrack(fields, seen: self.sight.ranges)
        self.outcome = try fields.word("outcome", of: Outcome.self) ?? .unknown
        self.reason = try fields.word("reason", of: Reason.self)
        self.code = try fields.optionalInteger("code", Bounds.any).map { Int($0) }
        self.detail = try fields.optionalString("detail")
        self.latency = try fields.optionalInteger("latency", Bounds.any)
        self.certificateExpiresAt = try fields.optionalInteger("certificateExpiresAt", Bounds.any)
    }
}
