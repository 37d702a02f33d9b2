extension MonitorState {
    /// The monitor's row.
    func encoded() -> [UInt8] {
        var writer = RecordWriter()
        writer.beginObject()
        writer.field("v", 1)
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
        try fields.checkVersion()
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
        state.span = try SpanTrack(fields)
        if let incident = fields["incident"] {
            state.incident = try Incident(Fields(incident, "incident"), monitor: id)
        }
        for region in try fields.array("regions") ?? [] {
            state.regions.append(try RegionState(Fields(region, "regions")))
        }
        return state
    }
}

extension SpanTrack {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.field("span", self.state.rawValue)
        writer.field("spanFrom", self.from)
        guard self.patchFrom < self.patchTo else { return }
        writer.field("patchFrom", self.patchFrom)
        writer.field("patchTo", self.patchTo)
    }

    fileprivate init(_ fields: Fields) throws(RecordError) {
        self.state = try fields.word("span", of: SpanState.self) ?? .unknown
        self.from = try fields.integer("spanFrom", Bounds.any)
        self.patchFrom = try fields.optionalInteger("patchFrom", Bounds.any) ?? 0
        self.patchTo = try fields.optionalInteger("patchTo", Bounds.any) ?? 0
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
        writer.field("sightFrom", self.sightFrom)
        writer.optional("blindFrom", self.blindFrom)
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
        self.sightFrom = try fields.integer("sightFrom", Bounds.any)
        self.blindFrom = try fields.optionalInteger("blindFrom", Bounds.any)
        self.verdict = try fields.word("verdict", of: Verdict.self)
        self.failures = Int(try fields.integer("failures", 0...1_000_000))
        self.successes = Int(try fields.integer("successes", 0...1_000_000))
        self.runFrom = try fields.integer("runFrom", Bounds.any)
        self.verdictFrom = try fields.integer("verdictFrom", Bounds.any)
        self.span = try SpanTrack(fields)
        self.outcome = try fields.word("outcome", of: Outcome.self) ?? .unknown
        self.reason = try fields.word("reason", of: Reason.self)
        self.code = try fields.optionalInteger("code", Bounds.any).map { Int($0) }
        self.detail = try fields.optionalString("detail")
        self.latency = try fields.optionalInteger("latency", Bounds.any)
        self.certificateExpiresAt = try fields.optionalInteger("certificateExpiresAt", Bounds.any)
    }
}
