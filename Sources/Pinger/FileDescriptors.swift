import Glibc

/// How many descriptors this process may have, and so how many checks may run at once.
enum FileDescriptors {
    /// What is left for the log, the health port, name servers and canaries.
    private static let reserve = 512

    /// Raises the soft limit to the hard one; checks need one descriptor each.
    static func raiseLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// How many attempts may run at once in the whole process, at least 16 and at most 16,384.
    static var concurrency: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
        return min(max(Int(clamping: limit.rlim_cur) - FileDescriptors.reserve, 16), 16_384)
    }
}
