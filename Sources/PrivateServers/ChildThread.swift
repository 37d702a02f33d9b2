import CLinux
import Glibc
import Synchronization

/// What the child's thread and the owner of its `ChildProcess` share.
final class ChildLife: Sendable {
    struct State {
        var exit: ChildExit?
    }

    let state = Mutex(State())
    let ended: ChildEvent

    init(ended: ChildEvent) {
        self.ended = ended
    }
}

/// Something that happens once: an eventfd that stays readable from then on.
final class ChildEvent: Sendable {
    let descriptor: Int32

    init() throws(ChildProcessError) {
        self.descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        guard self.descriptor >= 0 else { throw ChildProcessError(path: "an eventfd", code: errno) }
    }

    deinit {
        close(self.descriptor)
    }

    func happen() {
        _ = eventfd_write(self.descriptor, 1)
    }
}

/// The thread that starts one child, waits for it and reaps it.
final class ChildThread: Sendable {
    private let command: ChildCommand
    private let streams: (input: Int32, output: Int32, error: Int32)
    private let life: ChildLife
    private let started: ChildEvent
    private let outcome = Mutex<Result<pid_t, ChildProcessError>?>(nil)

    private init(_ command: ChildCommand, _ streams: ChildStreams, _ life: ChildLife, _ started: ChildEvent) {
        self.command = command
        self.streams = (streams.input, streams.output, streams.error)
        self.life = life
        self.started = started
    }

    /// Starts the child on a new thread and returns its pid once it runs.
    static func start(
        _ command: ChildCommand,
        _ streams: ChildStreams,
        _ life: ChildLife
    ) -> Result<pid_t, ChildProcessError> {
        let thread: ChildThread
        do throws(ChildProcessError) {
            thread = ChildThread(command, streams, life, try ChildEvent())
        } catch {
            return .failure(error)
        }
        let context = unsafe Unmanaged.passRetained(thread)
        var handle = pthread_t()
        let code = unsafe pthread_create(&handle, nil, runChild, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            return .failure(ChildProcessError(path: "a thread for \(command.path)", code: code))
        }
        pthread_detach(handle)
        _ = waitReadable(thread.started.descriptor, nil)
        return thread.outcome.withLock { $0 } ?? .failure(ChildProcessError(path: command.path, code: EIO))
    }

    fileprivate func run() {
        let result = self.spawn()
        self.outcome.withLock { $0 = result }
        self.started.happen()
        guard case .success(let id) = result else { return }
        // Seen first and reaped under the lock, so that no signal can go to a pid that is free again.
        var seen = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(id), &seen, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        self.life.state.withLock { state in
            var status: Int32 = 0
            while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
            let number = status & 0x7f
            state.exit = number == 0 ? .status((status >> 8) & 0xff) : .signal(number)
        }
        self.life.ended.happen()
    }

    private func spawn() -> Result<pid_t, ChildProcessError> {
        let command = self.command
        var request = unsafe linux_spawn_request()
        unsafe request.input = self.streams.input
        unsafe request.output = self.streams.output
        unsafe request.error = self.streams.error
        unsafe request.own_group = command.ownGroup ? 1 : 0
        unsafe request.death_signal = command.deathSignal ?? 0
        if let user = command.user {
            unsafe request.change_user = 1
            unsafe request.user = user.id
            unsafe request.group = user.group
        }
        let path = unsafe strdup(command.path)
        let directory = unsafe command.directory.map { unsafe strdup($0) } ?? nil
        var arguments = unsafe ([command.path] + command.arguments).map { unsafe strdup($0) } + [nil]
        var environment = unsafe (command.environment?.map { unsafe strdup("\($0.key)=\($0.value)") } ?? []) + [nil]
        defer {
            unsafe free(path)
            unsafe free(directory)
            unsafe arguments.forEach { unsafe free($0) }
            unsafe environment.forEach { unsafe free($0) }
        }
        unsafe request.path = UnsafePointer(path)
        unsafe request.directory = UnsafePointer(directory)
        let id = unsafe arguments.withUnsafeMutableBufferPointer { arguments in
            unsafe environment.withUnsafeMutableBufferPointer { environment in
                unsafe request.arguments = UnsafePointer(arguments.baseAddress)
                unsafe request.environment = UnsafePointer(
                    command.environment == nil ? environ : environment.baseAddress
                )
                return unsafe linux_spawn(&request)
            }
        }
        return id > 0 ? .success(id) : .failure(ChildProcessError(path: command.path, code: errno))
    }
}

/// The thread's body: owns the context that was retained for it.
private func runChild(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<ChildThread>.fromOpaque(context).takeRetainedValue().run()
    return nil
}

/// Waits until the descriptor is readable, at most `limit` (nil: for ever); false when it is not.
func waitReadable(_ descriptor: Int32, _ limit: Duration?) -> Bool {
    let end = limit.map { ContinuousClock.now + $0 }
    while true {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let left = end.map { milliseconds(max(.zero, $0 - ContinuousClock.now)) } ?? -1
        let count = unsafe poll(&entry, 1, left)
        if count > 0 { return true }
        if count == 0 && left >= 0 && ContinuousClock.now >= end ?? .now { return false }
    }
}

/// The duration in whole milliseconds for `poll`, rounded up.
func milliseconds(_ duration: Duration) -> Int32 {
    let (seconds, attoseconds) = duration.components
    guard seconds < 2_000_000 else { return 2_000_000_000 }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
}
