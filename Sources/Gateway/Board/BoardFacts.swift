import Events
import Latest

/// What monitors are found, sorted and counted by; beside the rendered status, which nobody reads again.
struct BoardFacts: Sendable {
    /// What people call it.
    let name: String
    /// The name as lists are sorted by it.
    let sortName: [UInt8]
    /// Name, target, group and tags as they are searched, one a line.
    let text: [UInt8]
    let group: String?
    let tags: [String]
    /// Those that have reported, in order of their names.
    let regions: [String]
    /// What each of ``regions`` saw last, ms, in their order.
    let latencies: [Double?]
    /// The latency that the slowest region saw last, ms; `nil`: there is none.
    let latencyMs: Double?
    /// Since when the state holds, Unix ms.
    private(set) var since: Int64
    /// Up, but slow.
    private(set) var isDegraded: Bool
    let hasIncident: Bool
    /// The soonest of what the regions saw, Unix ms.
    let certificateExpiresAt: Int64?
    /// A correct answer slower than this is degraded, ms.
    let degradedAfter: Int64
    /// The channels that hear of it; `nil`: those marked default.
    let channels: [Int64]?

    /// What a status says.
    init(_ card: StatusDocument.Card) {
        self.name = card.name
        self.sortName = SearchText.folded(card.name)
        self.text = Self.text(self.sortName, card.target, card.group, card.tags)
        self.group = card.group
        self.tags = card.tags
        let regions = card.regions.keys.sorted()
        self.regions = regions
        self.latencies = regions.map { card.regions[$0]?.latencyMs }
        self.latencyMs = card.regions.values.compactMap(\.latencyMs).max()
        self.since = card.since
        self.isDegraded = card.degraded
        self.hasIncident = card.incident != nil
        self.certificateExpiresAt = card.regions.values.compactMap(\.certificateExpiresAt).min()
        self.degradedAfter = card.degradedAfter
        self.channels = card.channels
    }

    /// What the definition alone says.
    init(_ definition: Monitor) {
        self.name = definition.name
        self.sortName = SearchText.folded(definition.name)
        self.text = Self.text(self.sortName, definition.target, definition.group, definition.tags)
        self.group = definition.group
        self.tags = definition.tags
        self.regions = []
        self.latencies = []
        self.latencyMs = nil
        self.since = definition.updatedAt
        self.isDegraded = false
        self.hasIncident = false
        self.certificateExpiresAt = nil
        self.degradedAfter = definition.degradedAfter
        self.channels = definition.channels
    }

    /// The same of a status that is unknown since `since`, Unix ms, because nothing newer came.
    func grownOld(since: Int64) -> BoardFacts {
        var facts = self
        facts.since = since
        facts.isDegraded = false
        return facts
    }

    private static func text(_ name: [UInt8], _ target: String, _ group: String?, _ tags: [String]) -> [UInt8] {
        var text = name
        for part in [target] + (group.map { [$0] } ?? []) + tags {
            text.append(UInt8(ascii: "\n"))
            text.append(contentsOf: SearchText.folded(part))
        }
        return text
    }
}
