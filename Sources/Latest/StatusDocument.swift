package import Events

/// A monitor's latest status as Redis holds it: all that a card of the dashboard and `GET …/status` show.
///
/// Times are Unix ms, durations ms. Plain data, safe to share.
package struct StatusDocument: Sendable, Hashable {
    /// How far its writer had read.
    package var point: LatestPoint
    /// Whose status.
    package var monitor: Int64
    /// What it says; `nil`: the monitor was deleted, and this is its tombstone.
    package var card: Card?

    /// A status, or with no card a tombstone.
    package init(point: LatestPoint, monitor: Int64, card: Card?) {
        self.point = point
        self.monitor = monitor
        self.card = card
    }

    /// What is shown of a monitor that exists.
    package struct Card: Sendable, Hashable {
        /// What people call it.
        package var name: String
        /// The kind of check: `http`, `tcp`, `push` ….
        package var type: String
        /// What is checked.
        package var target: String
        /// The heading it is listed under.
        package var group: String?
        /// Free labels.
        package var tags: [String]
        /// Whether it is watched.
        package var enabled: Bool
        /// Time between two slots, ms.
        package var interval: Int64
        /// A correct answer slower than this is degraded, ms.
        package var degradedAfter: Int64
        /// The channels that hear of it; `nil`: those marked default.
        package var channels: [Int64]?
        /// The generation of the definition that this is about.
        package var generation: Int64
        /// The state at ``asOf``; see ``state(at:)`` for what to show.
        package var state: State
        /// Since when, Unix ms.
        package var since: Int64
        /// Up, but some region that counts found it slow.
        package var degraded: Bool
        /// What each region saw last, by name.
        package var regions: [String: Region]
        /// The open incident.
        package var incident: Incident?
        /// The partition's time when it was written, Unix ms.
        package var asOf: Int64
        /// From when on it must be shown as unknown unless something newer came, Unix ms; `nil`: never.
        package var unknownFrom: Int64?

        /// A card with these values.
        package init(
            name: String,
            type: String,
            target: String,
            group: String? = nil,
            tags: [String] = [],
            enabled: Bool = true,
            interval: Int64 = 60_000,
            degradedAfter: Int64 = 1_000,
            channels: [Int64]? = nil,
            generation: Int64 = 1,
            state: State,
            since: Int64,
            degraded: Bool = false,
            regions: [String: Region] = [:],
            incident: Incident? = nil,
            asOf: Int64,
            unknownFrom: Int64? = nil
        ) {
            self.name = name
            self.type = type
            self.target = target
            self.group = group
            self.tags = tags
            self.enabled = enabled
            self.interval = interval
            self.degradedAfter = degradedAfter
            self.channels = channels
            self.generation = generation
            self.state = state
            self.since = since
            self.degraded = degraded
            self.regions = regions
            self.incident = incident
            self.asOf = asOf
            self.unknownFrom = unknownFrom
        }

        /// What to show at `now`, Unix ms: too old a status is unknown (design §2.7).
        package func state(at now: Int64) -> State {
            guard let unknownFrom = self.unknownFrom, now >= unknownFrom else { return self.state }
            return .unknown
        }
    }

    /// What one region saw last.
    package struct Region: Sendable, Hashable {
        /// What the newest result said.
        package var outcome: Outcome
        /// Why.
        package var reason: Reason?
        /// The HTTP status, if any.
        package var code: Int?
        /// A sentence for people.
        package var detail: String?
        /// How long the newest attempt took, ms.
        package var latencyMs: Double?
        /// The newest slot, Unix ms.
        package var slot: Int64
        /// The attempt at that slot.
        package var attempt: Int
        /// The verdict over its run of results; `nil`: none yet.
        package var verdict: RegionState.Verdict?
        /// When the certificate expires, Unix ms.
        package var certificateExpiresAt: Int64?

        /// A region with these values.
        package init(
            outcome: Outcome,
            reason: Reason? = nil,
            code: Int? = nil,
            detail: String? = nil,
            latencyMs: Double? = nil,
            slot: Int64,
            attempt: Int = 0,
            verdict: RegionState.Verdict? = nil,
            certificateExpiresAt: Int64? = nil
        ) {
            self.outcome = outcome
            self.reason = reason
            self.code = code
            self.detail = detail
            self.latencyMs = latencyMs
            self.slot = slot
            self.attempt = attempt
            self.verdict = verdict
            self.certificateExpiresAt = certificateExpiresAt
        }
    }

    /// The open incident.
    package struct Incident: Sendable, Hashable {
        /// Its id.
        package var id: String
        /// Where the run of failures began, Unix ms.
        package var startedAt: Int64
        /// When a person acknowledged it, Unix ms.
        package var acknowledgedAt: Int64?

        /// An incident with these values.
        package init(id: String, startedAt: Int64, acknowledgedAt: Int64? = nil) {
            self.id = id
            self.startedAt = startedAt
            self.acknowledgedAt = acknowledgedAt
        }
    }

    /// The document of a monitor's status at a point of the log; `asOf` is the partition's time, Unix ms.
    package init(_ status: MonitorStatus, point: LatestPoint, asOf: Int64) {
        let definition = status.definition
        var regions: [String: Region] = [:]
        for region in status.regions { regions[region.region] = Region(region) }
        let incident = status.incident.map {
            Incident(id: $0.id, startedAt: $0.startedAt, acknowledgedAt: $0.acknowledgedAt)
        }
        let card = Card(
            name: definition.name,
            type: definition.check.type,
            target: definition.target,
            group: definition.group,
            tags: definition.tags,
            enabled: definition.enabled,
            interval: definition.interval,
            degradedAfter: definition.degradedAfter,
            channels: definition.channels,
            generation: definition.generation,
            state: status.state,
            since: status.since,
            degraded: status.degraded,
            regions: regions,
            incident: incident,
            asOf: asOf,
            unknownFrom: status.unknownFrom
        )
        self.init(point: point, monitor: definition.id, card: card)
    }
}

extension StatusDocument.Region {
    /// What the state of a region says.
    init(_ region: RegionStatus) {
        self.init(
            outcome: region.outcome,
            reason: region.reason,
            code: region.code,
            detail: region.detail,
            latencyMs: region.latency.map { Double($0) / 1_000 },
            slot: region.slot,
            attempt: region.attempt,
            verdict: region.verdict,
            certificateExpiresAt: region.certificateExpiresAt
        )
    }
}
