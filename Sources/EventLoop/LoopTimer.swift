/// A timer of an ``EventLoop`` that can be set again and again without allocating.
///
/// Used on the loop's thread only. The loop holds it while it is set; the owner holds it otherwise.
package final class LoopTimer {
    private unowned let loop: EventLoop
    private let action: () -> Void
    /// When it is due, in ``MonotonicTime`` microseconds; meaningless while it is not set.
    var deadline: Int64 = 0
    /// Its place in the heap; -1 while it is not set.
    var index = -1

    /// A timer that runs `action` on the loop's thread each time it comes due.
    package init(on loop: EventLoop, _ action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
    }

    /// Whether it will fire.
    package var isSet: Bool { self.index >= 0 }

    /// Makes it fire once at `deadline` (``MonotonicTime`` microseconds), or as soon as the loop turns if that is past.
    package func set(at deadline: Int64) {
        self.loop.checkThread()
        self.loop.setTimer(self, at: deadline)
    }

    /// Makes it fire once in `delay` microseconds.
    package func set(after delay: Int64) {
        let (deadline, overflow) = MonotonicTime.now.addingReportingOverflow(delay)
        self.set(at: overflow ? .max : deadline)
    }

    /// Keeps it from firing; nothing happens if it is not set.
    package func cancel() {
        self.loop.checkThread()
        self.loop.timers.remove(self)
    }

    func fire() {
        self.action()
    }
}
