/// A heartbeat that a gateway received for a push monitor (design §3).
package struct Push: Sendable, Hashable {
    /// Whose heartbeat.
    package var monitor: Int64
    /// When the gateway received it, Unix ms.
    package var at: Int64
    /// What the sender said of itself: `up` or `down`.
    package var outcome: Outcome
    /// The sender's message, at most 500 bytes.
    package var detail: String?
    /// A latency the sender measured, in ms.
    package var latency: Double?
    /// Which gateway received it.
    package var gateway: String

    /// A heartbeat as it is published.
    package init(
        monitor: Int64,
        at: Int64,
        outcome: Outcome = .up,
        detail: String? = nil,
        latency: Double? = nil,
        gateway: String
    ) {
        self.monitor = monitor
        self.at = at
        self.outcome = outcome
        self.detail = detail
        self.latency = latency
        self.gateway = gateway
    }
}
