import Service
import Synchronization

/// Loads what was asked for, by monitor, on a thread of its own: no request waits long for a store that hangs.
final class DemandLoader: Sendable {
    /// Loads monitors; throws where the store is away.
    typealias Load = ([Int64]) throws -> Void

    /// At most so many monitors wait to be loaded; what is asked beyond is dropped, and asked again by the next request.
    private static let queueLimit = 20_000
    private static let batch = 500

    private struct Waiter: Sendable {
        let wakeup: Wakeup
        var missing: Set<Int64>
    }

    private struct Contents {
        var queue: [Int64] = []
        var queued: Set<Int64> = []
        var waiters: [ObjectIdentifier: Waiter] = [:]
        var isAway = false
        var hasEnded = false
    }

    private let contents = Mutex(Contents())
    private let work = Wakeup()
    private let pause = Wakeup()
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Starts the thread; `open` is called on it once, and what it returns for each batch.
    init(_ name: String, log: Log, open: @escaping @Sendable () -> Load) {
        let thread = DedicatedThread(name) { [self] in self.run(open(), name, log) }
        self.thread.withLock { $0 = thread }
    }

    /// Asks for monitors and waits until all of them were tried, at most `patience` ms; not at all while the store is away.
    func load(_ ids: [Int64], patience: Int64) {
        guard !ids.isEmpty else { return }
        let wakeup = Wakeup()
        let key = ObjectIdentifier(wakeup)
        let waits = self.contents.withLock { contents in
            for id in ids where contents.queue.count < Self.queueLimit && contents.queued.insert(id).inserted {
                contents.queue.append(id)
            }
            guard patience > 0, !contents.isAway, !contents.hasEnded else { return false }
            contents.waiters[key] = Waiter(wakeup: wakeup, missing: Set(ids))
            return true
        }
        self.work.raise()
        guard waits else { return }
        wakeup.wait(millis: patience)
        self.contents.withLock { $0.waiters[key] = nil }
    }

    /// Whether the last attempt failed.
    var isAway: Bool { self.contents.withLock { $0.isAway } }

    /// Ends the thread after the batch at hand.
    func stop() {
        self.contents.withLock { contents in
            contents.hasEnded = true
            for waiter in contents.waiters.values { waiter.wakeup.raise() }
        }
        self.work.raise()
        self.pause.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run(_ load: Load, _ name: String, _ log: Log) {
        var backoff = Backoff(first: 500, limit: 4_000)
        while true {
            let (batch, hasEnded) = self.contents.withLock { contents in
                let batch = Array(contents.queue.prefix(Self.batch))
                return (batch, contents.hasEnded)
            }
            guard !hasEnded else { return }
            guard !batch.isEmpty else {
                self.work.wait()
                continue
            }
            do {
                try load(batch)
                backoff.reset()
                self.finish(batch, isAway: false)
            } catch {
                log.debug("can't be loaded now", ["loader": name, "error": "\(error)"])
                self.finish(batch, isAway: true)
                self.pause.wait(millis: backoff.next())
            }
        }
    }

    /// Takes a batch off the queue and wakes those for whom nothing is left to wait for.
    private func finish(_ batch: [Int64], isAway: Bool) {
        self.contents.withLock { contents in
            contents.isAway = isAway
            contents.queue.removeFirst(batch.count)
            contents.queued.subtract(batch)
            for key in Array(contents.waiters.keys) {
                contents.waiters[key]?.missing.subtract(batch)
                if isAway || contents.waiters[key]?.missing.isEmpty == true { contents.waiters[key]?.wakeup.raise() }
            }
        }
    }
}
