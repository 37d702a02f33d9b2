import Glibc

/// The signals of a process, taken in one place instead of in handlers.
package enum Signals {
    /// Blocks SIGTERM, SIGINT and SIGHUP for this thread and all that it starts, and ignores SIGPIPE.
    ///
    /// To be called first in a synchronous `main`, before any thread exists; the signals are then waited for.
    package static func block() {
        signal(SIGPIPE, SIG_IGN)
        var set = self.stopping
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Lets this thread, and all that it starts from now on, be ended by these signals again.
    package static func unblock() {
        var set = self.stopping
        unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Waits for one of the blocked signals, at most `millis` milliseconds (nil: for ever); nil when none came.
    package static func wait(millis: Int64? = nil) -> Int32? {
        var set = self.stopping
        while true {
            let number: Int32
            if let millis {
                var time = timespec(tv_sec: Int(millis / 1_000), tv_nsec: Int(millis % 1_000 * 1_000_000))
                number = unsafe sigtimedwait(&set, nil, &time)
            } else {
                number = unsafe sigwaitinfo(&set, nil)
            }
            if number > 0 { return number }
            if errno != EINTR { return nil }
        }
    }

    /// A signal's name, as `SIGTERM`.
    package static func name(_ number: Int32) -> String {
        switch number {
        case SIGHUP: "SIGHUP"
        case SIGINT: "SIGINT"
        case SIGQUIT: "SIGQUIT"
        case SIGILL: "SIGILL"
        case SIGTRAP: "SIGTRAP"
        case SIGABRT: "SIGABRT"
        case SIGBUS: "SIGBUS"
        case SIGFPE: "SIGFPE"
        case SIGKILL: "SIGKILL"
        case SIGSEGV: "SIGSEGV"
        case SIGPIPE: "SIGPIPE"
        case SIGTERM: "SIGTERM"
        default: "signal \(number)"
        }
    }

    private static var stopping: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&set, number) }
        return set
    }
}
