import Glibc

/// A flag that one thread waits for and others raise; raising it several times before the wait counts once.
///
/// @unchecked: the two C objects live at stable addresses of their own and are made for use from many threads; `raised`
/// is touched only under the mutex.
@safe
package final class Wakeup: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var raised = false

    /// A flag that is down.
    package init() {
        unsafe self.mutex = .allocate(capacity: 1)
        unsafe self.condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_mutex_init(self.mutex, nil)
        unsafe pthread_cond_init(self.condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(self.condition)
        unsafe pthread_mutex_destroy(self.mutex)
        unsafe self.condition.deallocate()
        unsafe self.mutex.deallocate()
    }

    /// Raises the flag, from any thread.
    package func raise() {
        unsafe pthread_mutex_lock(self.mutex)
        self.raised = true
        unsafe pthread_cond_signal(self.condition)
        unsafe pthread_mutex_unlock(self.mutex)
    }

    /// Waits until the flag is raised, at most `millis` milliseconds (nil: for ever), and takes it down.
    ///
    /// Returns whether it was raised.
    @discardableResult
    package func wait(millis: Int64? = nil) -> Bool {
        unsafe pthread_mutex_lock(self.mutex)
        defer { unsafe pthread_mutex_unlock(self.mutex) }
        if let millis {
            let end = MonotonicClock.nanos + max(millis, 0) * 1_000_000
            var deadline = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
            while !self.raised {
                if unsafe pthread_cond_timedwait(self.condition, self.mutex, &deadline) == ETIMEDOUT { break }
            }
        } else {
            while !self.raised { unsafe pthread_cond_wait(self.condition, self.mutex) }
        }
        let raised = self.raised
        self.raised = false
        return raised
    }
}
