import Service

/// When a process that ended is started again: soon at first, more and more slowly while it keeps ending.
struct RestartPolicy {
    /// After having run this long, in milliseconds, a process counts as healthy again.
    static let healthyAfter: Int64 = 10_000

    private var backoff = Backoff(first: 200, limit: 5_000)

    /// The pause in milliseconds before the next start of a process that ran for `running` milliseconds.
    mutating func pause(
        afterRunning running: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        if running >= Self.healthyAfter { self.backoff.reset() }
        return self.backoff.next(using: &generator)
    }
}
