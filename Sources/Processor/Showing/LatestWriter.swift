import Events
import Latest
import Redis
import Service
import Synchronization

/// Writes the latest status to Redis, on a thread of its own, so that a slow or dead Redis holds up nothing (design §6).
///
/// What is not written yet waits in a box with at most one entry a monitor; what could not be written goes back into
/// it. Redis itself decides by the place in the log which of two is newer.
final class LatestWriter: Sendable {
    private struct Box {
        var entries: [Int64: LatestEntry] = [:]
        var watches: [String: RegionWatch] = [:]
        var wanted = Wanted.some([])
    }

    /// The monitors that Redis is to be given once more, with their recent results.
    enum Wanted: Equatable {
        case some(Set<Int64>)
        /// Redis has lost what it knew.
        case all

        func contains(_ monitor: Int64) -> Bool {
            switch self {
            case .some(let monitors): monitors.contains(monitor)
            case .all: true
            }
        }

        mutating func add(_ monitors: Set<Int64>) {
            if case .some(let known) = self { self = .some(known.union(monitors)) }
        }
    }

    /// How many entries are sent together.
    private static let portion = 500
    /// How long Redis may take for them.
    private static let limit = Duration.milliseconds(200)
    /// Milliseconds between two looks at whether Redis still knows what it was told.
    private static let markerInterval: Int64 = 1_000

    private let name: String
    private let box = Mutex(Box())
    private let wakeup = Wakeup()
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<DedicatedThread?>(nil)
    private let url: RedisURL
    private let recents: RecentLoader
    private let metrics: ProcessorMetrics
    private let log: Log

    /// Starts the thread.
    ///
    /// `name` is another one after each start of the process.
    init(_ url: RedisURL, name: String, database: String, metrics: ProcessorMetrics, log: Log) {
        self.url = url
        self.name = name
        self.recents = RecentLoader(database)
        self.metrics = metrics
        self.log = log
        let thread = DedicatedThread("latest") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Takes an entry; ``flush()`` has it written.
    ///
    /// From any thread.
    func put(_ entry: LatestEntry) {
        self.box.withLock { box in
            if box.entries[entry.monitor]?.absorb(entry) == nil { box.entries[entry.monitor] = entry }
        }
    }

    /// Takes a pulse; ``flush()`` has it written.
    ///
    /// From any thread.
    func put(_ watch: RegionWatch) {
        self.box.withLock { box in
            if let old = box.watches[watch.field], old.pulse.time > watch.pulse.time { return }
            box.watches[watch.field] = watch
        }
    }

    /// Has everything written that was put.
    func flush() { self.wakeup.raise() }

    /// What Redis is to be given once more; told once.
    func takeWanted() -> Wanted {
        self.box.withLock { box in
            defer { box.wanted = .some([]) }
            return box.wanted
        }
    }

    /// Tries once more to write what is there and ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    // MARK: The thread

    private func run() {
        let connection = RedisConnection(
            self.url,
            timeout: Self.limit,
            reconnection: RedisReconnection(first: .milliseconds(50), limit: .seconds(2))
        )
        var backoff = Backoff(first: 100, limit: 5_000)
        var marker = Marker(self.name)
        var lastLook = Int64.min / 2
        var isWell = true
        while true {
            let isLast = self.isStopping.load(ordering: .acquiring)
            do {
                let now = MonotonicClock.millis
                if now - lastLook >= Self.markerInterval {
                    let isNew = try marker.isNew(connection, writer: self.name)
                    if isNew {
                        self.box.withLock { $0.wanted = .all }
                    } else {
                        let due = self.recents.takeDue()
                        if !due.isEmpty { self.box.withLock { $0.wanted.add(due) } }
                    }
                    lastLook = now
                }
                while try self.writeSome(connection) {}
                self.recents.endPass()
                backoff.reset()
                if !isWell { self.log.info("Redis is there") }
                isWell = true
            } catch {
                self.metrics.redisErrors.add()
                if isWell { self.log.warning("Redis can't be written; trying on", ["error": "\(error)"]) }
                isWell = false
            }
            if isLast { return }
            if isWell { self.wakeup.wait(millis: Self.markerInterval) } else { self.pause(backoff.next()) }
        }
    }

    /// Waits although more is put meanwhile.
    private func pause(_ millis: Int64) {
        let end = MonotonicClock.millis + millis
        while MonotonicClock.millis < end, !self.isStopping.load(ordering: .acquiring) {
            self.wakeup.wait(millis: end - MonotonicClock.millis)
        }
    }

    /// Writes a portion; returns whether there is more.
    private func writeSome(_ connection: RedisConnection) throws(RedisError) -> Bool {
        var (entries, watches, isMore) = self.takeSome()
        guard !entries.isEmpty || !watches.isEmpty else { return false }
        do throws(RedisError) {
            self.recents.fill(&entries, listed: try self.lists(wantedBy: entries, connection))
            if !watches.isEmpty {
                let arguments = watches.flatMap { [RedisArgument($0.field), RedisArgument($0.encoded)] }
                let call = RedisScript.Call(keys: [RedisArgument(LatestKeys.regions)], arguments: arguments)
                if case .error(let error) = try connection.run(LatestScripts.watches, [call])[0] {
                    // As below: what is no hash of regions is nobody's.
                    if !error.isTransient { try connection.command("DEL", RedisArgument(LatestKeys.regions)) }
                    throw error
                }
                watches = []
            }
            let head = UpdateMessage.head(writer: self.name)
            let calls = entries.map { LatestScripts.call($0, writer: self.name, head: head) }
            let replies = try connection.run(LatestScripts.status, calls)
            try self.settle(&entries, replies, connection)
        } catch {
            self.giveBack(entries, watches)
            throw error
        }
        return isMore
    }

    /// What Redis has of the lists that are wanted; what is no list, or no result, is nobody's.
    private func lists(
        wantedBy entries: [LatestEntry],
        _ connection: RedisConnection
    ) throws(RedisError) -> [Int64: [RecentResult]] {
        let wanted = entries.filter(\.wantsRecent).map(\.monitor)
        guard !wanted.isEmpty else { return [:] }
        let replies = try connection.pipeline(
            wanted.map { ["LRANGE", RedisArgument(LatestKeys.recent($0)), "0", "-1"] }
        )
        var lists: [Int64: [RecentResult]] = [:]
        for (monitor, reply) in zip(wanted, replies) {
            guard case .array(let items) = reply else { continue }
            lists[monitor] = items.compactMap { item in
                guard let bytes = try? item.bytesOrNil() else { return nil }
                return try? RecentResult.decode(bytes)
            }
        }
        return lists
    }

    /// Keeps the entries that Redis refused and throws the reason.
    private func settle(
        _ entries: inout [LatestEntry],
        _ replies: [RedisReply],
        _ connection: RedisConnection
    ) throws(RedisError) {
        var refused: [LatestEntry] = []
        var reason: RedisError?
        for (var entry, reply) in zip(entries, replies) {
            guard case .error(let error) = reply else {
                if case .integer(1) = reply {
                    self.metrics.published.add()
                    self.metrics.untoldIncidents.add(entry.news.untold)
                }
                continue
            }
            // Keys that hold something else are nobody's: they are taken away and written anew.
            if !error.isTransient {
                let keys = [LatestKeys.status(entry.monitor), LatestKeys.recent(entry.monitor)]
                try connection.command("DEL", RedisArgument(keys[0]), RedisArgument(keys[1]))
                entry.wantsRecent = true
            }
            refused.append(entry)
            reason = error
        }
        entries = refused
        if let reason { throw reason }
    }

    private func takeSome() -> (entries: [LatestEntry], watches: [RegionWatch], isMore: Bool) {
        self.box.withLock { box in
            let watches = Array(box.watches.values)
            box.watches.removeAll(keepingCapacity: true)
            if box.entries.count <= Self.portion {
                let entries = Array(box.entries.values)
                box.entries.removeAll(keepingCapacity: true)
                self.metrics.redisDirty.set(0)
                return (entries, watches, false)
            }
            // A copy of the keys: a view of them would make each removal copy the whole dictionary.
            let keys = Array(box.entries.keys.prefix(Self.portion))
            let entries = keys.compactMap { box.entries[$0] }
            for key in keys { box.entries[key] = nil }
            self.metrics.redisDirty.set(box.entries.count)
            return (entries, watches, true)
        }
    }

    private func giveBack(_ entries: [LatestEntry], _ watches: [RegionWatch]) {
        self.box.withLock { box in
            for var entry in entries {
                if let later = box.entries[entry.monitor] { entry.absorb(later) }
                box.entries[entry.monitor] = entry
            }
            for watch in watches where box.watches[watch.field] == nil { box.watches[watch.field] = watch }
            self.metrics.redisDirty.set(box.entries.count)
        }
    }
}

/// Tells whether Redis is still the one that was written: a key that a flush or an empty restart takes away.
private struct Marker {
    private let own: String
    private var known: [UInt8]?

    init(_ writer: String) { self.own = writer }

    /// Sets the marker where there is none; returns whether it is another one than the last time.
    mutating func isNew(_ connection: RedisConnection, writer: String) throws(RedisError) -> Bool {
        let value = RedisArgument("\(self.own)/\(WallClock.millis)")
        try connection.command("SET", RedisArgument(LatestKeys.marker), value, "NX")
        let found = try connection.command("GET", RedisArgument(LatestKeys.marker)).bytesOrNil()
        try connection.command("EXPIRE", RedisArgument(LatestKeys.sequence(writer)), 86_400)
        defer { self.known = found }
        return found != self.known && (self.known != nil || found == value.bytes)
    }
}
