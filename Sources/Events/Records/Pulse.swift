/// The log's clock: the holder of a share says every 10 s that its region watches (design §3).
///
/// Gateways pulse too, as region ``pushRegion``: proof that a push would have been heard.
package struct Pulse: Sendable, Hashable {
    /// Whose watch it proves.
    package var region: String
    /// The share of `monitors` it speaks for, 0 ..< 48.
    package var share: Int
    /// The holder's clock, Unix ms.
    package var time: Int64
    /// What the canaries said.
    package var canary: Canary
    /// How busy the holder is, 0 … 1.
    package var load: Double
    /// Which pinger or gateway.
    package var pinger: String

    /// The region that gateways pulse as.
    package static let pushRegion = "push"
    /// How often a holder pulses, in ms.
    package static let interval: Int64 = 10_000
    /// How long after its newest pulse a region still counts as watching, in ms by the partition's time.
    package static let silence: Int64 = 30_000

    /// The verdict of the operator's reference targets.
    package enum Canary: String, Sendable, Hashable, CaseIterable {
        /// There are no canaries.
        case none
        /// At least one answered.
        case good
        /// None answered: the region sees nothing, and its failures without an answer prove nothing.
        case blind
    }

    /// A pulse as it is published.
    package init(region: String, share: Int, time: Int64, canary: Canary = .none, load: Double = 0, pinger: String) {
        self.region = region
        self.share = share
        self.time = time
        self.canary = canary
        self.load = load
        self.pinger = pinger
    }
}
