/// A monitor's status as it is served: what the document in Redis and the dashboard's card are made of.
package struct MonitorStatus: Sendable, Hashable {
    /// The definition in force.
    package var definition: Monitor
    /// The state as of the partition's time.
    package var state: State
    /// Since when, Unix ms; backdated.
    package var since: Int64
    /// Up, but the newest result of some region that counts was `degraded`.
    package var degraded: Bool
    /// Every region that has reported, by name.
    package var regions: [RegionStatus]
    /// The open incident.
    package var incident: Incident?
    /// From this instant on, Unix ms, a reader must show `unknown` unless something newer came (design §2.7);
    /// `nil`: the state does not age (unknown, paused).
    package var unknownFrom: Int64?
}

/// What a region last saw of a monitor.
package struct RegionStatus: Sendable, Hashable {
    /// The region's name; `push` for push monitors.
    package var region: String
    /// The verdict over its run of results; `nil`: none yet.
    package var verdict: RegionState.Verdict?
    /// What its newest result said; an annulled one counts as `unknown`.
    package var outcome: Outcome
    /// Why.
    package var reason: Reason?
    /// The HTTP status, if any.
    package var code: Int?
    /// The newest result's sentence.
    package var detail: String?
    /// How long the newest attempt took in all, in microseconds.
    package var latency: Int64?
    /// The newest slot, Unix ms.
    package var slot: Int64
    /// The attempt at the newest slot.
    package var attempt: Int
    /// When the certificate expires, Unix ms.
    package var certificateExpiresAt: Int64?
}
