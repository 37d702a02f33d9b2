import CLinux
import Glibc
import Synchronization

/// One epoll loop on a thread of its own: descriptors, timers, and work handed over by other threads.
///
/// Everything registered here is called on the loop's thread, one after the other, and must not block. Only
/// ``submit(_:)``, ``stop()`` and ``lateness`` may be used from other threads; before ``start()`` the creating thread
/// counts as the loop's.
package final class EventLoop: @unchecked Sendable {
    // Unchecked: all stored state except `mailbox`, `thread` and the atomics is touched by the loop's thread only.

    private struct Mailbox {
        var jobs: [@Sendable () -> Void] = []
        var isStopping = false
    }

    private static let heartbeat: Int64 = 100_000
    private static let batch = 512

    private let name: String
    private let epoll: Int32
    private let wake: Int32
    private let mailbox = Mutex(Mailbox())
    private let thread = Mutex<pthread_t?>(nil)
    private let latest = Atomic<Int64>(0)
    private let turned = Atomic<Int64>(0)
    private var watches: [(any ReadinessHandler)?] = []
    private var generations: [UInt32] = []
    private var stalls = StallRecord()
    private var owner: pthread_t?
    private var lastTurn: Int64 = 0
    var timers = TimerHeap()

    /// Makes a loop; nothing runs before ``start()``.
    ///
    /// - Parameter name: the thread's name as `top -H` shows it; its first 15 bytes count.
    package init(name: String) throws(EventLoopError) {
        self.name = name
        self.epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard self.epoll >= 0 else { throw EventLoopError(call: "epoll_create1", code: errno) }
        self.wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard self.wake >= 0 else {
            let code = errno
            close(self.epoll)
            throw EventLoopError(call: "eventfd", code: code)
        }
        let key = UInt64(UInt32(bitPattern: self.wake))
        guard apus_epoll_ctl(self.epoll, EPOLL_CTL_ADD, self.wake, EPOLLIN.rawValue, key) == 0 else {
            let code = errno
            close(self.wake)
            close(self.epoll)
            throw EventLoopError(call: "epoll_ctl", code: code)
        }
    }

    deinit {
        close(self.wake)
        close(self.epoll)
    }

    /// Starts the loop's thread, which holds the loop until ``stop()``; called once.
    package func start() throws(EventLoopError) {
        let context = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runLoop, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw EventLoopError(call: "pthread_create", code: code)
        }
        self.thread.withLock { $0 = thread }
    }

    /// Asks the loop to end and waits until its thread has; jobs submitted before are still run.
    ///
    /// Not to be called on the loop's thread.
    package func stop() {
        let thread = self.thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return }
        self.mailbox.withLock { $0.isStopping = true }
        self.rouse()
        pthread_join(thread, nil)
    }

    /// Runs `job` on the loop's thread.
    ///
    /// From any thread. After ``stop()`` jobs are dropped.
    package func submit(_ job: @escaping @Sendable () -> Void) {
        let wasEmpty = self.mailbox.withLock { mailbox in
            mailbox.jobs.append(job)
            return mailbox.jobs.count == 1
        }
        if wasEmpty { self.rouse() }
    }

    /// How late the newest turn of the loop came, in microseconds; from any thread.
    package var lateness: Int64 { self.latest.load(ordering: .relaxed) }

    /// When the loop last turned, in ``MonotonicTime`` microseconds; from any thread: for `/livez`.
    package var turnedAt: Int64 { self.turned.load(ordering: .relaxed) }

    /// The longest time, in microseconds, in which the loop stood still in or after `moment` (``MonotonicTime``).
    ///
    /// Counts a stopped process, a suspended machine, a starved thread and a callback that took too long. 0 below
    /// 10 ms. On the loop's thread only.
    package func longestStall(since moment: Int64) -> Int64 {
        let running = MonotonicTime.now - max(self.lastTurn, moment)
        let current = running >= StallRecord.shortest ? running : 0
        return max(self.stalls.longest(since: moment), current)
    }

    /// Watches `descriptor` for `interest` in place of what it was watched for before.
    ///
    /// The handler must stay alive until ``unwatch(_:)``, which must come before the descriptor is closed.
    package func watch(
        _ descriptor: Int32,
        for interest: Readiness,
        handler: any ReadinessHandler
    ) throws(EventLoopError) {
        self.checkThread()
        let index = Int(descriptor)
        while self.watches.count <= index {
            self.watches.append(nil)
            self.generations.append(0)
        }
        let isNew = self.watches[index] == nil
        if isNew { self.generations[index] &+= 1 }
        let key = UInt64(self.generations[index]) << 32 | UInt64(UInt32(bitPattern: descriptor))
        let operation = isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        guard apus_epoll_ctl(self.epoll, operation, descriptor, interest.rawValue, key) == 0 else {
            throw EventLoopError(call: "epoll_ctl", code: errno)
        }
        self.watches[index] = handler
    }

    /// Stops watching `descriptor`; nothing happens if it is not watched.
    package func unwatch(_ descriptor: Int32) {
        self.checkThread()
        let index = Int(descriptor)
        guard index >= 0, index < self.watches.count, self.watches[index] != nil else { return }
        self.watches[index] = nil
        _ = apus_epoll_ctl(self.epoll, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    /// A timer set for the past by its own action fires in the next turn, not for ever in this one.
    func setTimer(_ timer: LoopTimer, at deadline: Int64) {
        self.timers.set(timer, at: max(deadline, self.lastTurn + 1))
    }

    func checkThread() {
        assert(
            self.owner == nil || self.owner == pthread_self(),
            "the event loop \(self.name) was used on another thread; hand the work over with submit"
        )
    }

    // MARK: The thread

    fileprivate func run() {
        unsafe self.name.withCString { unsafe _ = apus_name_thread($0) }
        self.owner = pthread_self()
        let pulse = LoopTimer(on: self) {}
        var events = unsafe [epoll_event](repeating: epoll_event(), count: EventLoop.batch)
        self.lastTurn = MonotonicTime.now
        while true {
            if !pulse.isSet { pulse.set(at: self.lastTurn + EventLoop.heartbeat) }
            let due = self.timers.earliest ?? .max
            let begin = MonotonicTime.now
            self.stalls.note(from: self.lastTurn, to: begin)
            let patience = EventLoop.milliseconds(until: due, from: begin)
            let count = unsafe epoll_wait(self.epoll, &events, Int32(EventLoop.batch), patience)
            let now = MonotonicTime.now
            self.stalls.note(from: max(due, begin), to: now)
            self.latest.store(max(0, now - max(due, begin), begin - self.lastTurn), ordering: .relaxed)
            self.turned.store(now, ordering: .relaxed)
            self.lastTurn = now
            if count > 0 { unsafe self.deliver(events, count: Int(count)) }
            // Only what was due when the turn began: a timer that sets itself again at once starves nobody.
            while let timer = self.timers.takeDue(at: now) { timer.fire() }
            if self.drainMailbox() { break }
        }
        self.owner = nil
    }

    /// Rounded up, so that the timer is due when the wait ends.
    private static func milliseconds(until due: Int64, from now: Int64) -> Int32 {
        guard due > now else { return 0 }
        return Int32(min((due - now + 999) / 1_000, 60_000))
    }

    private func deliver(_ events: [epoll_event], count: Int) {
        for position in 0..<count {
            let event = unsafe events[position]
            let key = unsafe event.data.u64
            let descriptor = Int32(truncatingIfNeeded: key)
            if descriptor == self.wake {
                var value: UInt64 = 0
                _ = unsafe read(self.wake, &value, 8)
                continue
            }
            let index = Int(descriptor)
            // An earlier handler of this turn may have closed it, and the number may already be another's.
            guard index < self.watches.count, self.generations[index] == UInt32(truncatingIfNeeded: key >> 32),
                let handler = self.watches[index]
            else { continue }
            handler.descriptor(descriptor, isReadyFor: unsafe Readiness(rawValue: event.events))
        }
    }

    /// Runs what other threads have submitted; `true` if the loop is to end.
    private func drainMailbox() -> Bool {
        let (jobs, isStopping) = self.mailbox.withLock { mailbox in
            let taken = mailbox.jobs
            mailbox.jobs = []
            return (taken, mailbox.isStopping)
        }
        for job in jobs { job() }
        return isStopping
    }

    private func rouse() {
        var one: UInt64 = 1
        _ = unsafe write(self.wake, &one, 8)
    }
}

/// Body of the loop's thread; takes over the reference that `start` made.
private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context {
        unsafe Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
}
