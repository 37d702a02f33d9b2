import Glibc

extension Metrics {
    /// Adds what every process tells of itself: processor time, memory, open descriptors, start.
    package func observeProcess() {
        self.sampled("process_cpu_seconds_total", "User and system processor time spent.") {
            var usage = rusage()
            unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
        }
        self.sampled("process_resident_memory_bytes", "Memory in RAM.") {
            let fields = (readText(path: "/proc/self/statm") ?? "").split(separator: " ")
            guard fields.count > 1, let pages = Double(fields[1]) else { return 0 }
            return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
        }
        self.sampled("process_open_fds", "Open file descriptors.") {
            Double(countOpenDescriptors())
        }
        self.sampled("process_max_fds", "Most file descriptors that may be open.") {
            var limit = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            return Double(limit.rlim_cur)
        }
        let start = Double(WallClock.millis) / 1_000
        self.sampled("process_start_time_seconds", "When the process started, in Unix seconds.") { start }
    }
}

/// Counts the entries of `/proc/self/fd`, without the one opened for counting.
private func countOpenDescriptors() -> Int {
    guard let directory = unsafe opendir("/proc/self/fd") else { return 0 }
    defer { unsafe closedir(directory) }
    var count = 0
    while let entry = unsafe readdir(directory) {
        if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count - 1
}
