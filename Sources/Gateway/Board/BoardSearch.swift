import Events
import Synchronization

/// Finds, sorts and counts monitors on a copy of the board's references: no reader of a status waits for it.
///
/// Any thread may ask. What it costs grows with the number of monitors, some milliseconds for ten thousand.
final class BoardSearch: Sendable {
    /// By what a list is sorted; ties by name, then id.
    enum Order: String, Sendable, CaseIterable {
        /// The worst first.
        case state
        case name, group
        /// The slowest region's last one.
        case latency
        /// Of 24 hours.
        case availability
        case since, id
    }

    /// A window on a sorted list.
    struct Window: Sendable {
        /// How many meet the filter.
        var total: Int
        /// Those inside the window.
        var entries: [BoardEntry]
        /// What meets all of the filter but its states, counted.
        var counts: StateCounts
    }

    private struct NameOrder {
        var version = -1
        var ids: [Int64] = []
    }

    private let board: Board
    private let names = Mutex(NameOrder())

    /// Searches `board`.
    init(_ board: Board) {
        self.board = board
    }

    /// The monitors that meet `filter` in their order, from `offset` on, at most `limit`.
    ///
    /// - Parameter availability: what ``Order/availability`` sorts by; monitors without one come last.
    func window(
        _ filter: BoardFilter,
        by order: Order,
        descending: Bool = false,
        offset: Int,
        limit: Int,
        now: Int64,
        availability: (Int64) -> Double? = { _ in nil }
    ) -> Window {
        let matcher = BoardMatcher(filter)
        var counts = StateCounts()
        var found: [BoardEntry] = []
        for entry in self.byName(self.board.snapshot) where matcher.matchesFacts(entry.facts) {
            counts.add(entry, now: now)
            if matcher.matchesState(entry, now: now) { found.append(entry) }
        }
        let places = Self.places(found, by: order, descending: descending, now: now, availability)
        let window = places.dropFirst(offset).prefix(limit).map { found[$0].shown(at: now) }
        return Window(total: found.count, entries: window, counts: counts)
    }

    /// The monitors behind the id `after` that meet `filter`, at most `limit`, in the order of their ids.
    ///
    /// `next` is the id after which there are more; `nil`: there are none.
    func page(
        _ filter: BoardFilter,
        after: Int64?,
        limit: Int,
        now: Int64
    ) -> (entries: [BoardEntry], next: Int64?) {
        let matcher = BoardMatcher(filter)
        let snapshot = self.board.snapshot
        var found: [BoardEntry] = []
        for id in snapshot.ids.after(after ?? 0) {
            guard let entry = snapshot.entries[id], matcher.matchesFacts(entry.facts),
                matcher.matchesState(entry, now: now)
            else { continue }
            guard found.count < limit else { return (found, found.last?.id) }
            found.append(entry.shown(at: now))
        }
        return (found, nil)
    }

    /// Every monitor that meets `filter`, in the order of the names.
    func all(_ filter: BoardFilter = BoardFilter(), now: Int64) -> [BoardEntry] {
        let matcher = BoardMatcher(filter)
        return self.byName(self.board.snapshot).filter {
            matcher.matchesFacts($0.facts) && matcher.matchesState($0, now: now)
        }
    }

    /// The entries in the order of their names, which is kept until a name is new.
    private func byName(_ snapshot: Board.Snapshot) -> [BoardEntry] {
        let kept = self.names.withLock { $0.version == snapshot.names ? $0.ids : nil }
        if let kept { return kept.compactMap { snapshot.entries[$0] } }
        let sorted = snapshot.entries.values.sorted { first, second in
            (first.facts.sortName, first.id) < (second.facts.sortName, second.id)
        }
        self.names.withLock { $0 = NameOrder(version: snapshot.names, ids: sorted.map(\.id)) }
        return sorted
    }

    /// The places of `found`, which is sorted by name, in the order that is wanted.
    private static func places(
        _ found: [BoardEntry],
        by order: Order,
        descending: Bool,
        now: Int64,
        _ availability: (Int64) -> Double?
    ) -> [Int] {
        if order == .name { return descending ? found.indices.reversed() : Array(found.indices) }
        let groups = order == .group ? Self.groups(found) : [:]
        // What has no key comes last, whatever the direction.
        let sign: Double = descending ? -1 : 1
        let keys = found.enumerated().map { place, entry in
            let key: Double? =
                switch order {
                case .state: Double(StateCounts.badness(entry, now: now))
                case .name: Double(place)
                case .group: entry.facts.group.flatMap { groups[$0] }
                case .latency: entry.facts.latencyMs
                case .availability: availability(entry.id)
                case .since: Double(entry.since(now))
                case .id: Double(entry.id)
                }
            return (key: key.map { sign * $0 } ?? .infinity, place: place)
        }
        return keys.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.place)
    }

    /// The place of each group among all by their names.
    private static func groups(_ found: [BoardEntry]) -> [String: Double] {
        let names = Set(found.compactMap(\.facts.group)).sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }
        return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, Double($0.offset)) })
    }
}
