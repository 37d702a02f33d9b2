import Glibc

/// The wall clock: what timestamps and slots are made of.
package enum WallClock {
    /// Unix milliseconds, from any thread.
    package static var millis: Int64 { nanoseconds(CLOCK_REALTIME) / 1_000_000 }
}

/// The clock that only moves forward: what timeouts and latencies are made of.
package enum MonotonicClock {
    /// Milliseconds since an arbitrary moment, from any thread; stands still while the machine sleeps.
    package static var millis: Int64 { nanoseconds(CLOCK_MONOTONIC) / 1_000_000 }
    /// Nanoseconds since the same moment.
    package static var nanos: Int64 { nanoseconds(CLOCK_MONOTONIC) }
}

/// The clock that moves forward also while the machine sleeps: what leases are made of.
package enum BootClock {
    /// Milliseconds since the machine's start, from any thread.
    package static var millis: Int64 { nanoseconds(CLOCK_BOOTTIME) / 1_000_000 }
}

private func nanoseconds(_ clock: clockid_t) -> Int64 {
    var now = timespec()
    unsafe clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
