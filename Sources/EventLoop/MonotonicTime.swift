import Glibc

/// A moment on the clock that no one sets: microseconds of `CLOCK_BOOTTIME`.
///
/// Not `CLOCK_MONOTONIC`, which stands still while the machine is suspended: a probe that slept through a suspension
/// must see that time has passed. Any thread may ask.
package enum MonotonicTime {
    /// Microseconds since the machine started, suspensions included.
    package static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

/// The clock that people read: Unix milliseconds.
package enum WallTime {
    /// Unix milliseconds of `CLOCK_REALTIME`; may be set back and forth by whoever runs the machine.
    package static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
