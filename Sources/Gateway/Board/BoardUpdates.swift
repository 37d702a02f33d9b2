import Events
import Latest
import Redis
import Service
import Synchronization

/// Keeps the board fresh from Redis, on a thread of its own: subscribes, then loads, then follows (design §7).
///
/// In this order nothing is missed between the two. A hole in a writer's numbers loads anew; a broken subscription marks
/// the board as stale, which goes on from memory, and is made again with growing pauses.
final class BoardUpdates: Sendable {
    /// What was counted since the start.
    struct Counters: Sendable, Equatable {
        /// Messages taken over.
        var messages = 0
        /// Messages that could not be read.
        var unreadable = 0
        /// Times that everything was loaded.
        var loads = 0
        /// Holes in the numbers of a writer.
        var gaps = 0
        /// Times that the subscription broke or could not be made.
        var outages = 0
    }

    private let url: RedisURL
    private let board: Board
    private let log: Log
    private let timeout: Duration
    private let silence: Duration
    private let ended = Atomic(false)
    private let pause = Wakeup()
    private let counted = Mutex(Counters())
    private let subscriber = Mutex<RedisSubscriber?>(nil)
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Begins to follow; `timeout` bounds each command, and after `silence` without a word Redis is asked for one.
    init(_ url: RedisURL, board: Board, log: Log, timeout: Duration = .seconds(1), silence: Duration = .seconds(2)) {
        self.url = url
        self.board = board
        self.log = log
        self.timeout = timeout
        self.silence = silence
        let thread = DedicatedThread("board") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// What was counted since the start.
    var counters: Counters { self.counted.withLock { $0 } }

    /// Ends the thread; the board stays as it is.
    func stop() {
        self.ended.store(true, ordering: .releasing)
        self.pause.raise()
        self.subscriber.withLock { $0?.wake() }
        self.thread.withLock { $0.take() }?.join()
    }

    private var hasEnded: Bool { self.ended.load(ordering: .acquiring) }

    private func run() {
        var backoff = Backoff(first: 100, limit: 2_000)
        while !self.hasEnded {
            do throws(RedisError) {
                try self.follow { backoff.reset() }
            } catch {
                self.board.mark(stale: true)
                self.counted.withLock { $0.outages += 1 }
                self.log.warning("Redis is away, the board goes on from memory", ["error": error.description])
                self.waitSweeping(backoff.next())
            }
        }
    }

    /// Waits; what grows old meanwhile is still seen to.
    private func waitSweeping(_ millis: Int64) {
        let end = MonotonicClock.millis + millis
        while !self.hasEnded {
            self.board.sweep()
            let left = end - MonotonicClock.millis
            guard left > 0 else { return }
            self.pause.wait(millis: min(left, 500))
        }
    }

    /// Subscribes, loads and follows until the subscription breaks or the end is wanted.
    private func follow(_ onSuccess: () -> Void) throws(RedisError) {
        let subscriber = try RedisSubscriber(
            self.url,
            channels: [LatestKeys.updates],
            timeout: self.timeout,
            silence: self.silence
        )
        self.subscriber.withLock { $0 = subscriber }
        defer { self.subscriber.withLock { $0 = nil } }
        let redis = RedisConnection(self.url, timeout: self.timeout)
        try self.load(redis)
        try self.readRegions(redis)
        self.board.mark(loaded: true, stale: false)
        self.log.info("the board follows Redis", ["monitors": self.board.count])
        onSuccess()
        var sequences = WriterSequences()
        var swept = MonotonicClock.millis
        while !self.hasEnded {
            if let message = try subscriber.next(.milliseconds(500)), !self.take(message.payload, &sequences) {
                self.counted.withLock { $0.gaps += 1 }
                self.log.warning("updates were missed, the board is loaded anew")
                try self.load(redis)
            }
            let now = MonotonicClock.millis
            guard now - swept >= 500 else { continue }
            swept = now
            self.board.sweep()
            try self.readRegions(redis)
        }
    }

    /// Takes a message over; returns whether none before it was missed.
    private func take(_ payload: [UInt8], _ sequences: inout WriterSequences) -> Bool {
        let message: UpdateMessage
        do {
            message = try UpdateMessage.decode(payload)
        } catch {
            // Its number is missing: the next message of the same writer shows the hole.
            self.counted.withLock { $0.unreadable += 1 }
            self.log.warning("an update could not be read", ["error": "\(error)", "bytes": payload.count])
            return true
        }
        self.counted.withLock { $0.messages += 1 }
        if let entry = StatusRendering.entry(message.status) {
            // Before the status: who is told of it and asks finds them.
            self.board.recents.add(message.results, of: entry.id)
            // After a start of the processor old ones come again.
            let recent = WallClock.millis - ResultRate.window
            self.board.rate.add(message.results.count { $0.slot > recent })
            self.board.apply([entry], results: NewsRendering.results(message.results))
        } else {
            self.board.remove([message.status.monitor])
        }
        for news in message.incidents { self.board.publish(incident: NewsRendering.incident(news)) }
        return sequences.follows(message)
    }

    /// Reads all that Redis holds; what it does not hold stays, since it may have been flushed.
    private func load(_ redis: RedisConnection) throws(RedisError) {
        self.counted.withLock { $0.loads += 1 }
        // What was missed is missing in them, too.
        self.board.recents.forgetAll()
        var cursor = RedisArgument("0")
        repeat {
            let page = try redis.command(
                ["SCAN", cursor, "MATCH", RedisArgument(LatestKeys.statuses), "COUNT", "1000"]
            ).array()
            guard page.count == 2 else { return }
            cursor = RedisArgument(try page[0].bytesOrNil() ?? [UInt8(ascii: "0")])
            var keys: [RedisArgument] = []
            for key in try page[1].array() { keys.append(RedisArgument(try key.bytesOrNil() ?? [])) }
            guard !keys.isEmpty else { continue }
            try self.take(try redis.command(["MGET"] + keys).array())
        } while cursor != RedisArgument("0") && !self.hasEnded
    }

    /// Reads the last pulses, which are no updates: there are a few for each share, every ten seconds.
    private func readRegions(_ redis: RedisConnection) throws(RedisError) {
        let fields = try redis.command("HVALS", RedisArgument(LatestKeys.regions)).array()
        var pulses: [Pulse] = []
        for field in fields {
            guard let bytes = try field.bytesOrNil(), let watch = try? RegionWatch.decode(bytes) else { continue }
            pulses.append(watch.pulse)
        }
        self.board.replace(pulses: pulses)
    }

    private func take(_ documents: [RedisReply]) throws(RedisError) {
        var entries: [BoardEntry] = []
        var deleted: [Int64] = []
        for reply in documents {
            guard case .bytes(let bytes) = reply else { continue }
            do {
                let document = try StatusDocument.decode(bytes)
                if let entry = StatusRendering.entry(document) {
                    entries.append(entry)
                } else {
                    deleted.append(document.monitor)
                }
            } catch {
                // As good as missing: another version, or garbage.
                self.counted.withLock { $0.unreadable += 1 }
            }
        }
        self.board.apply(entries)
        self.board.remove(deleted)
    }
}

/// The numbers of the messages of each writer, which have no holes unless something was missed.
struct WriterSequences {
    private var last: [String: Int64] = [:]

    /// Whether nothing is missing between this message and the one before it of the same writer, if there was one.
    mutating func follows(_ message: UpdateMessage) -> Bool {
        let before = self.last.updateValue(message.sequence, forKey: message.writer)
        return before.map { message.sequence == $0 + 1 } ?? true
    }
}
