import Glibc

/// A lock with a condition: threads wait here until something changes or time has passed.
@safe final class Gate: @unchecked Sendable {
    // Sendable although it holds pointers: pthread objects are made for many threads and do not move.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        unsafe pthread_mutex_init(self.mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(self.condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(self.condition)
        unsafe pthread_mutex_destroy(self.mutex)
        unsafe self.condition.deallocate()
        unsafe self.mutex.deallocate()
    }

    func lock() { unsafe pthread_mutex_lock(self.mutex) }
    func unlock() { unsafe pthread_mutex_unlock(self.mutex) }
    func wakeOne() { unsafe pthread_cond_signal(self.condition) }
    func wakeAll() { unsafe pthread_cond_broadcast(self.condition) }

    /// Waits, with the lock held, for a wake; it may come for no reason.
    func wait() { unsafe pthread_cond_wait(self.condition, self.mutex) }

    /// Waits, with the lock held, for a wake or until `MonotonicClock` reaches `milliseconds`.
    func wait(until milliseconds: Int64) {
        var time = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
        unsafe pthread_cond_timedwait(self.condition, self.mutex, &time)
    }
}

/// Time that only goes forward.
enum MonotonicClock {
    /// Since the system started.
    static var milliseconds: Int64 { Self.microseconds / 1000 }

    /// Since the system started.
    static var microseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// Runs `body` on a thread of its own, which nobody joins.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let start = unsafe Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
    precondition(code == 0, "the system has no more threads to give (errno \(code)): raise its limit")
    pthread_detach(thread)
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// The first function of a thread made by ``startThread(_:)``.
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let body = unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
    body.run()
    return nil
}
