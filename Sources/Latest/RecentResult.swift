package import Events

/// One result as it stands in a monitor's list of recent ones: enough for a bar of the dashboard.
package struct RecentResult: Sendable, Hashable {
    /// The region it was made from.
    package var region: String
    /// The planned time, Unix ms.
    package var slot: Int64
    /// 0, or the number of the repetition.
    package var attempt: Int
    /// What was found.
    package var outcome: Outcome
    /// Why.
    package var reason: Reason?
    /// The HTTP status, if any.
    package var code: Int?
    /// How long the attempt took, ms.
    package var latencyMs: Double?
    /// A sentence for people.
    package var detail: String?

    /// A result with these values.
    package init(
        region: String,
        slot: Int64,
        attempt: Int = 0,
        outcome: Outcome,
        reason: Reason? = nil,
        code: Int? = nil,
        latencyMs: Double? = nil,
        detail: String? = nil
    ) {
        self.region = region
        self.slot = slot
        self.attempt = attempt
        self.outcome = outcome
        self.reason = reason
        self.code = code
        self.latencyMs = latencyMs
        self.detail = detail
    }

    /// What is kept of a result.
    package init(_ result: CheckResult) {
        self.init(
            region: result.region,
            slot: result.slot,
            attempt: result.attempt,
            outcome: result.outcome,
            reason: result.reason,
            code: result.code,
            latencyMs: result.timings.total.map { Double($0) / 1_000 },
            detail: result.detail
        )
    }

    /// The result as JSON.
    package var encoded: [UInt8] {
        var writer = RecordWriter()
        writer.beginObject()
        writer.field("v", 1)
        writer.field("region", self.region)
        writer.field("slot", self.slot)
        writer.field("attempt", Int64(self.attempt))
        writer.field("outcome", self.outcome.rawValue)
        writer.optional("reason", self.reason?.rawValue)
        writer.optional("code", self.code.map(Int64.init))
        if let latency = self.latencyMs {
            writer.name("latencyMs")
            writer.decimal(latency)
        }
        writer.optional("detail", self.detail)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a result; throws ``RecordError`` where the bytes are none.
    package static func decode(_ bytes: [UInt8]) throws(RecordError) -> RecentResult {
        try self.decode(try Fields(bytes.span, limit: 16_384))
    }

    static func decode(_ fields: Fields) throws(RecordError) -> RecentResult {
        try fields.checkVersion()
        guard let outcome = try fields.word("outcome", of: Outcome.self) else { throw .missingField("outcome") }
        return RecentResult(
            region: try fields.string("region"),
            slot: try fields.integer("slot", 0...Int64.max),
            attempt: Int(try fields.integer("attempt", 0...1_000)),
            outcome: outcome,
            reason: try fields.word("reason", of: Reason.self),
            code: try fields.optionalInteger("code", 0...999_999).map { Int($0) },
            latencyMs: try fields.decimal("latencyMs"),
            detail: try fields.optionalString("detail")
        )
    }
}
