import Events
import Service
import Synchronization

/// Finds, sorts and counts monitors on a copy of the board's index: no reader of a status waits for it.
///
/// Any thread may ask. A window of all monitors by state, name or id, or of the worst in some states, costs the same
/// however many there are; by group the groups are sorted, by latency, availability or time now and then all monitors.
/// Any other filter looks at every monitor.
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

    /// An order by what changes with each result, kept for some time: it costs a sort of everything, and rows that change
    /// places between two windows are seen twice or not at all.
    private struct Kept {
        var list: SlotList
        var version: Int
        /// Monotonic ms.
        var madeAt: Int64
    }

    private struct Arrangement: Hashable {
        var order: Order
        var isDescending: Bool
    }

    private let board: Board
    private let patience: Int64
    private let kept = Mutex<[Arrangement: Kept]>([:])

    /// Searches `board`; orders by latency, availability and time are made anew after `patience` ms.
    init(_ board: Board, patience: Int64 = 2_000) {
        self.board = board
        self.patience = patience
    }

    /// The monitors that meet `filter` in their order, from `offset` on, at most `limit`.
    ///
    /// - Parameter availability: what ``Order/availability`` sorts by, asked when that is made anew; monitors without one
    ///   come last.
    func window(
        _ filter: BoardFilter,
        by order: Order,
        descending: Bool = false,
        offset: Int,
        limit: Int,
        now: Int64,
        availability: ([Int64]) -> [Int64: Double] = { _ in [:] }
    ) -> Window {
        let index = self.board.index(now: now)
        let matcher = BoardMatcher(filter)
        var lists = self.lists(index, Arrangement(order: order, isDescending: descending), now, availability)
        // A name's opposite is the whole list backwards; elsewhere equals stay in the order of their names.
        let backwards = descending && (order == .name || order == .id)
        guard !filter.isEmpty, order != .state || !filter.isOnlyStates else {
            if order == .state { lists = Self.wanted(lists, matcher, descending) }
            let total = lists.reduce(0) { $0 + $1.count }
            var window = Window(total: total, entries: [], counts: index.counts)
            var skipped = offset
            for list in lists where window.entries.count < limit {
                list.forEach(from: skipped, backwards: backwards) { slot in
                    if let entry = index.table[slot] { window.entries.append(entry.shown(at: now)) }
                    return window.entries.count < limit
                }
                skipped = max(0, skipped - list.count)
            }
            return window
        }
        var window = Window(total: 0, entries: [], counts: StateCounts())
        for list in lists {
            list.forEach(backwards: backwards) { slot in
                guard let entry = index.table[slot], matcher.matchesFacts(entry.facts) else { return true }
                window.counts.add(entry.badness(at: now))
                guard matcher.matchesState(entry, now: now) else { return true }
                window.total += 1
                if window.total > offset, window.entries.count < limit { window.entries.append(entry.shown(at: now)) }
                return true
            }
        }
        return window
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
        let index = self.board.index(now: now)
        var found: [BoardEntry] = []
        let isAll = index.byID.forEach(from: after.map { index.byID.count(upTo: $0, index.table) } ?? 0) { slot in
            guard let entry = index.table[slot], matcher.matchesFacts(entry.facts),
                matcher.matchesState(entry, now: now)
            else { return true }
            guard found.count < limit else { return false }
            found.append(entry.shown(at: now))
            return true
        }
        return (found, isAll ? nil : found.last?.id)
    }

    /// Every monitor that meets `filter`, in the order of the names.
    func all(_ filter: BoardFilter = BoardFilter(), now: Int64) -> [BoardEntry] {
        let matcher = BoardMatcher(filter)
        let index = self.board.index(now: now)
        var found: [BoardEntry] = []
        index.byName.forEach { slot in
            if let entry = index.table[slot], matcher.matchesFacts(entry.facts), matcher.matchesState(entry, now: now) {
                found.append(entry)
            }
            return true
        }
        return found
    }

    /// The lists that make up an order, one behind the other.
    private func lists(
        _ index: BoardIndex,
        _ arrangement: Arrangement,
        _ now: Int64,
        _ availability: ([Int64]) -> [Int64: Double]
    ) -> [SlotList] {
        switch arrangement.order {
        case .name: return [index.byName]
        case .id: return [index.byID]
        case .state: return arrangement.isDescending ? index.byBadness.reversed() : index.byBadness
        case .group:
            // What has none comes last, whatever the direction.
            let named = index.groups.filter { !$0.key.isEmpty }.sorted {
                Self.isBefore(($0.key, $0.value.sortName), ($1.key, $1.value.sortName))
            }.map(\.value.list)
            let rest = index.groups[""].map { [$0.list] } ?? []
            return (arrangement.isDescending ? named.reversed() : named) + rest
        case .latency, .availability, .since:
            return [self.kept(index, arrangement, now, availability)]
        }
    }

    /// Of the lists by badness those of the states that are wanted.
    private static func wanted(_ lists: [SlotList], _ matcher: BoardMatcher, _ isDescending: Bool) -> [SlotList] {
        lists.enumerated().filter { place, _ in
            matcher.matches(badness: isDescending ? lists.count - 1 - place : place)
        }.map(\.element)
    }

    /// The order of groups and of tags, by their folded names; the empty one, which stands for none, comes last.
    static func isBefore(
        _ first: (label: String, sortName: [UInt8]),
        _ second: (label: String, sortName: [UInt8])
    ) -> Bool {
        if first.label.isEmpty || second.label.isEmpty { return !first.label.isEmpty }
        guard first.sortName != second.sortName else { return first.label < second.label }
        return first.sortName.lexicographicallyPrecedes(second.sortName)
    }

    private func kept(
        _ index: BoardIndex,
        _ arrangement: Arrangement,
        _ now: Int64,
        _ availability: ([Int64]) -> [Int64: Double]
    ) -> SlotList {
        let time = MonotonicClock.millis
        let known = self.kept.withLock { $0[arrangement] }
        if let known, known.version == index.version, time - known.madeAt < self.patience { return known.list }
        let list = Self.sorted(index, arrangement, now, availability)
        self.kept.withLock { $0[arrangement] = Kept(list: list, version: index.version, madeAt: time) }
        return list
    }

    private static func sorted(
        _ index: BoardIndex,
        _ arrangement: Arrangement,
        _ now: Int64,
        _ availability: ([Int64]) -> [Int64: Double]
    ) -> SlotList {
        var shares: [Int64: Double] = [:]
        if arrangement.order == .availability { shares = availability(index.entries(index.byName).map(\.id)) }
        // What has no key comes last, whatever the direction.
        let sign: Double = arrangement.isDescending ? -1 : 1
        var keys: [(key: Double, place: Int, slot: Slot)] = []
        keys.reserveCapacity(index.byName.count)
        index.byName.forEach { slot in
            guard let entry = index.table[slot] else { return true }
            let key: Double? =
                switch arrangement.order {
                case .latency: entry.facts.latencyMs
                case .availability: shares[entry.id]
                default: Double(entry.since(now))
                }
            keys.append((key.map { sign * $0 } ?? .infinity, keys.count, slot))
            return true
        }
        keys.sort { $0.key == $1.key ? $0.place < $1.place : $0.key < $1.key }
        return SlotList(ordered: keys.map(\.slot))
    }
}
