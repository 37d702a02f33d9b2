package import Events

/// What one probe saw: all of a result but who asked and when.
package struct CheckObservation: Sendable, Hashable {
    /// When the probe began, Unix ms.
    package var startedAt: Int64
    /// What we found; `unknown` where the fault is ours.
    package var outcome: Outcome
    /// Why, unless it is simply up.
    package var reason: Reason?
    /// Which part failed.
    package var phase: Phase?
    /// The HTTP status.
    package var code: Int?
    /// One sentence for people, without secrets.
    package var detail: String?
    /// How long each phase took.
    package var timings = Timings()
    /// The address that was used.
    package var address: String?
    /// When the leaf certificate expires, Unix ms.
    package var certificateExpiresAt: Int64?
    /// Whether anything answered, so that a failure needs no further evidence (design §5).
    package var wasAnswered = false
    /// Whether the failure is ours: no descriptors, no ports, no route, no name server, a late loop.
    package var isLocalFault = false
    /// How far the probe ran beyond its timeout, in microseconds; much more than 0 means that we stood still.
    package var overrun: Int64 = 0
    /// The longest time in which the loop stood still during the probe, in microseconds; 0 below 10 ms.
    package var stall: Int64 = 0

    /// An observation with nothing but its verdict.
    package init(startedAt: Int64, outcome: Outcome, reason: Reason? = nil, detail: String? = nil) {
        self.startedAt = startedAt
        self.outcome = outcome
        self.reason = reason
        self.detail = detail
    }

    /// The result of this probe for a slot of `monitor` (its id), made by the definition's `generation`.
    package func result(
        for monitor: Int64,
        generation: Int64,
        region: String,
        slot: Int64,
        attempt: Int,
        pinger: String
    ) -> CheckResult {
        CheckResult(
            monitor: monitor,
            region: region,
            slot: slot,
            attempt: attempt,
            startedAt: self.startedAt,
            outcome: self.outcome,
            reason: self.reason,
            phase: self.phase,
            code: self.code,
            detail: self.detail,
            timings: self.timings,
            address: self.address,
            certificateExpiresAt: self.certificateExpiresAt,
            pinger: pinger,
            generation: generation
        )
    }
}
