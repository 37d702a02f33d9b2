import Service
import Synchronization

/// Tells people when nothing arrives from the log at all, and when something does again (design §6).
///
/// The alerter's only use of a clock; it touches no monitor's state. From every thread.
final class SilenceAlarm: Sendable {
    private struct Shared {
        /// Unix ms of the last record before the silence; `nil`: there is none.
        var silentSince: Int64?
    }

    /// Milliseconds between two looks.
    private static let period: Int64 = 500
    /// A look that comes so much later was kept from coming, and proves nothing.
    private static let freeze: Int64 = 5_000

    private let limit: Int64
    private let announcer: Announcer
    private let outbox: Outbox
    private let directory: ChannelDirectory
    /// Whether this process reads anything; one that stands by hears nothing and is not to say so.
    private let isReading: @Sendable () -> Bool
    private let kick: @Sendable () -> Void
    private let log: Log
    private let heardAt = Atomic<Int64>(BootClock.millis)
    private let shared = Mutex(Shared())
    private let isStopping = Atomic(false)
    private let wakeup = Wakeup()
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Begins to listen; after `limit` milliseconds without a record it is silent.
    init(
        limit: Int64,
        announcer: Announcer,
        outbox: Outbox,
        directory: ChannelDirectory,
        log: Log,
        isReading: @escaping @Sendable () -> Bool,
        kick: @escaping @Sendable () -> Void
    ) {
        self.limit = limit
        self.announcer = announcer
        self.outbox = outbox
        self.directory = directory
        self.log = log
        self.isReading = isReading
        self.kick = kick
        let thread = DedicatedThread("silence") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// A record arrived.
    func hear() {
        self.heardAt.store(BootClock.millis, ordering: .relaxed)
    }

    /// An earlier run of the alerter has told of a silence that no one has ended since.
    func resume(silentSince: Int64) {
        self.shared.withLock { shared in
            if shared.silentSince == nil { shared.silentSince = silentSince }
        }
    }

    /// Ends the thread.
    func stop() {
        self.isStopping.store(true, ordering: .releasing)
        self.wakeup.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    private func run() {
        let start = BootClock.millis
        var looked = start
        while !self.isStopping.load(ordering: .acquiring) {
            let now = BootClock.millis
            if now - looked > Self.freeze { self.heardAt.store(now, ordering: .relaxed) }
            looked = now
            self.look(now, start: start)
            self.wakeup.wait(millis: Self.period)
        }
    }

    private func look(_ now: Int64, start: Int64) {
        let heardAt = self.heardAt.load(ordering: .relaxed)
        let silentSince = self.shared.withLock { $0.silentSince }
        if let silentSince {
            guard heardAt > start, now - heardAt < self.limit else { return }
            self.shared.withLock { $0.silentSince = nil }
            self.log.info("records arrive again")
            self.announce(isSilent: false, since: silentSince)
        } else if now - heardAt >= self.limit, self.isReading() || !self.directory.isReachable {
            let since = WallClock.millis - (now - heardAt)
            self.shared.withLock { $0.silentSince = since }
            self.log.error("nothing arrives from the log", ["seconds": (now - heardAt) / 1_000])
            self.announce(isSilent: true, since: since)
        }
    }

    private func announce(isSilent: Bool, since: Int64) {
        let now = WallClock.millis
        let announcement = self.announcer.log(isSilent: isSilent, since: since, at: now)
        self.outbox.add(
            self.directory.channels(listed: nil, at: now).map {
                Delivery(announcement, channel: $0, permission: .ahead, pendingSince: now)
            }
        )
        self.kick()
    }
}
