import Events
import HTTPServer
import Service
import Synchronization

/// The status of every monitor in memory, each already rendered: reads touch neither Redis nor PostgreSQL, and cost
/// the same however many monitors there are (design §2.10, §7).
///
/// Any thread may read; the lock is held for the copying of references at most. Pages are kept until something on them
/// changes. `BoardUpdates` keeps it fresh.
final class Board: Sendable {
    private struct Contents {
        var index = BoardIndex()
        var byState: [State: SortedIDs] = [:]
        var deadlines = Deadlines()
        var pages = BoardPages()
        var pulses: [Pulse] = []
        /// When the pulses were read, Unix ms.
        var pulsesReadAt: Int64 = 0
        var channels = HearingChannels()
        var isLoaded = false
        var isStale = true
    }

    /// How many are swept under one hold of the lock.
    private static let sweptAtOnce = 200

    /// Who is told of what changes.
    let live: LiveEvents
    /// The last results of the monitors that were asked about.
    let recents = Recents()
    /// How many results come in.
    let rate = ResultRate()
    private let contents = Mutex(Contents())
    /// Held while changes are made and told, so that clients hear of them in the order in which they were made.
    private let changing = Mutex(())

    /// An empty board, stale until it is loaded.
    init(live: LiveEvents = LiveEvents()) {
        self.live = live
    }

    // MARK: Reading

    /// Whether the board was ever loaded; before that it has no answer for anyone.
    var isLoaded: Bool { self.contents.withLock { $0.isLoaded } }

    /// Whether changes may be missing: the subscription is broken.
    var isStale: Bool { self.contents.withLock { $0.isStale } }

    /// The ids of all monitors, ascending.
    var ids: [Int64] {
        let index = self.contents.withLock { $0.index }
        return index.entries(index.byID).map(\.id)
    }

    /// How many monitors there are.
    var count: Int { self.contents.withLock { $0.index.counts.total } }

    /// Whether there is such a monitor.
    func contains(_ id: Int64) -> Bool { self.contents.withLock { $0.index[id] != nil } }

    /// The status of one monitor at `now`, Unix ms, and whether it may be stale; `nil`: there is no such monitor.
    func status(of id: Int64, now: Int64 = WallClock.millis) -> (entry: BoardEntry, isStale: Bool)? {
        self.contents.withLock { contents in contents.index[id].map { ($0, contents.isStale) } }
            .map { ($0.shown(at: now), $1) }
    }

    /// The page that was kept as `name`, if it is still what `page(_:as:)` would find at `now`, Unix ms.
    func page(as name: String, now: Int64 = WallClock.millis) -> BoardPage? {
        guard let page = self.contents.withLock({ $0.pages.page(name) }), page.isCurrent(now) else { return nil }
        return page
    }

    /// The page that `query` asks for at `now`, Unix ms; kept as `name` until something on it changes.
    func page(_ query: BoardQuery, as name: String, now: Int64 = WallClock.millis) -> BoardPage {
        self.contents.withLock { contents in
            // One more than is shown: where the page ends depends on it.
            var entries: [BoardEntry]
            if let state = query.state {
                let ids = contents.byState[state]?.after(query.after).prefix(query.limit + 1) ?? []
                entries = ids.compactMap { contents.index[$0] }
            } else {
                let index = contents.index
                let offset = index.byID.count(upTo: query.after, index.table)
                entries = index.entries(index.byID, from: offset, limit: query.limit + 1)
            }
            let end = entries.count > query.limit ? entries.removeLast().id : nil
            let page = BoardPage(query, entries, end: end, isStale: contents.isStale, now: now)
            contents.pages.keep(page, as: name)
            return page
        }
    }

    /// Those of these monitors that there are.
    func entries(_ ids: [Int64]) -> [BoardEntry] {
        self.contents.withLock { contents in ids.compactMap { contents.index[$0] } }
    }

    /// Every monitor as it is at `now`, Unix ms, to be read without holding the lock.
    func index(now: Int64 = WallClock.millis) -> BoardIndex {
        // What has grown too old is moved now, and not only when the thread that sweeps comes by.
        if self.contents.withLock({ $0.deadlines.isDue(now) }) { self.sweep(now: now) }
        return self.contents.withLock { $0.index }
    }

    /// Which channels hear of something.
    var channels: HearingChannels { self.contents.withLock { $0.channels } }

    /// What is known of the regions at `now`, Unix ms, by name; of a board that is stale, what was known when it still heard
    /// of them: that it hears nothing says nothing of them.
    func regions(now: Int64 = WallClock.millis) -> [RegionSummary] {
        let (pulses, time) = self.contents.withLock { contents in
            (contents.pulses, contents.isStale ? min(now, contents.pulsesReadAt) : now)
        }
        return RegionSummary.summaries(of: pulses, now: time)
    }

    /// Until when, Unix ms, something is known of a monitor: `now`, unless its status has grown too old.
    func knownUntil(_ id: Int64, now: Int64) -> Int64 {
        self.contents.withLock { $0.index[id] }?.knownUntil(now) ?? now
    }

    // MARK: Changing

    /// Takes over the last pulse of each region and share.
    func replace(pulses: [Pulse], now: Int64 = WallClock.millis) {
        self.contents.withLock { contents in
            contents.pulses = pulses
            contents.pulsesReadAt = now
        }
    }

    /// Takes over which channels hear of something.
    func replace(channels: HearingChannels) { self.contents.withLock { $0.channels = channels } }

    /// Takes over statuses that are newer than those known, and tells the clients.
    ///
    /// `results`, a JSON array of what led to them, goes to those who named the monitor.
    func apply(_ entries: [BoardEntry], results: [UInt8]? = nil, now: Int64 = WallClock.millis) {
        guard !entries.isEmpty else { return }
        self.changing.withLock { _ in
            let changes = self.contents.withLock { contents in
                entries.compactMap { entry in
                    Self.put(entry.isTooOld(now) ? entry.grownOld() : entry, results: results, &contents)
                }
            }
            for change in changes { self.live.publish(change) }
        }
    }

    /// Tells the clients of an incident, a JSON object.
    func publish(incident: [UInt8]) {
        self.changing.withLock { _ in self.live.publish(incident: incident) }
    }

    /// Shows a monitor of which only the definition is known as `new` or `paused`, unless more is known of it.
    func introduce(_ definition: Monitor) {
        let entry = StatusRendering.entry(definition)
        self.contents.withLock { contents in
            if contents.index[entry.id] == nil { _ = Self.put(entry, &contents) }
        }
    }

    /// Takes monitors off that were deleted, and tells the clients.
    func remove(_ ids: [Int64]) {
        guard !ids.isEmpty else { return }
        self.changing.withLock { _ in
            let removed = self.contents.withLock { contents in
                ids.filter { id in
                    guard let entry = contents.index.remove(id) else { return false }
                    contents.byState[entry.state]?.remove(id)
                    contents.pages.forget(id, entry.state)
                    return true
                }
            }
            self.recents.remove(removed)
            for id in removed { self.live.publish(deleted: id) }
        }
    }

    /// Says that the board has an answer.
    func markLoaded() { self.contents.withLock { $0.isLoaded = true } }

    /// Says that the board was loaded and whether it hears of changes.
    func mark(loaded: Bool = false, stale: Bool) {
        let hasChanged = self.contents.withLock { contents in
            let hasChanged = contents.isStale != stale
            contents.isLoaded = contents.isLoaded || loaded
            contents.isStale = stale
            if hasChanged { contents.pages.forgetAll() }
            return hasChanged
        }
        guard hasChanged else { return }
        self.changing.withLock { _ in self.live.publish(stale: stale) }
    }

    /// Turns what has grown too old at `now`, Unix ms, into `unknown`, and tells the clients.
    func sweep(now: Int64 = WallClock.millis) {
        self.changing.withLock { _ in
            // Many may grow old at once: readers come in between.
            while let changes = self.contents.withLock({ Self.sweep(Self.sweptAtOnce, &$0, now) }) {
                for change in changes { self.live.publish(change) }
            }
        }
    }

    /// Sweeps at most `limit` monitors; returns what is to be told, `nil` where nothing was left to look at.
    private static func sweep(_ limit: Int, _ contents: inout Contents, _ now: Int64) -> [LiveEvents.StatusChange]? {
        let due = contents.deadlines.due(now, limit: limit)
        guard !due.isEmpty else { return nil }
        return due.compactMap { id in
            guard let entry = contents.index[id], let unknownFrom = entry.unknownFrom else { return nil }
            guard unknownFrom <= now else {
                contents.deadlines.add(id, at: unknownFrom)
                return nil
            }
            return Self.put(entry.grownOld(), &contents)
        }
    }

    /// Puts an entry in its place unless a newer one is there; returns what is to be told.
    private static func put(
        _ entry: BoardEntry,
        results: [UInt8]? = nil,
        _ contents: inout Contents
    ) -> LiveEvents.StatusChange? {
        let former = contents.index[entry.id]
        if let former, let known = former.point {
            guard let point = entry.point, point >= known else { return nil }
            if point == known, entry.state == former.state, entry.unknownFrom == former.unknownFrom { return nil }
        }
        contents.index.put(entry)
        contents.pages.forget(entry.id, entry.state)
        if let former, former.state != entry.state { contents.pages.forget(entry.id, former.state) }
        if former?.state != entry.state {
            if let former { contents.byState[former.state]?.remove(entry.id) }
            contents.byState[entry.state, default: SortedIDs()].insert(entry.id)
        }
        if let unknownFrom = entry.unknownFrom {
            contents.deadlines.add(entry.id, at: unknownFrom, formerly: former?.unknownFrom)
        }
        let isNews = former?.point == nil || former?.state != entry.state
        return LiveEvents.StatusChange(monitor: entry.id, body: entry.body, results: results, isChangeOfState: isNews)
    }
}
