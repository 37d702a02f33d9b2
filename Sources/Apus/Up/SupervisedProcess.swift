import Glibc
import PrivateServers
import Service
import Synchronization

/// One child of `apus up` that is started again whenever it ends or stands still, until it is stopped.
final class SupervisedProcess: Sendable {
    private struct State {
        var child: ChildProcess?
        var isStopping = false
        var threads: [DedicatedThread] = []
        /// Whether the child ended because of its settings, with which it cannot run.
        var isMisconfigured = false
        /// Where the child says whether it lives, once it has said where.
        var health: HostAndPort?
    }

    /// As in the merged log.
    let name: String
    private let command: ChildCommand
    private let log: MergedLog
    private let liveness: Liveness
    private let onMisconfigured: @Sendable () -> Void
    private let state = Mutex(State())
    private let stopping = Wakeup()
    private let stoppingWatch = Wakeup()

    /// Describes a child; ``start()`` starts it.
    ///
    /// - Parameter onMisconfigured: called, on a thread of its own, once it has ended with the status for wrong settings:
    ///   it is not started again.
    init(
        name: String,
        command: ChildCommand,
        log: MergedLog,
        liveness: Liveness = Liveness(),
        onMisconfigured: @escaping @Sendable () -> Void = {}
    ) {
        var command = command
        command.output = .pipe
        command.error = .pipe
        // Ctrl-C reaches `apus` alone, which stops the children in order.
        command.ownGroup = true
        self.name = name
        self.command = command
        self.log = log
        self.liveness = liveness
        self.onMisconfigured = onMisconfigured
    }

    /// Whether its settings are wrong: then it has ended for good.
    var isMisconfigured: Bool { self.state.withLock { $0.isMisconfigured } }

    /// Starts the child and keeps it running, on threads of its own.
    func start() {
        let threads = [
            DedicatedThread("keep-" + self.name) { self.keep() },
            DedicatedThread("watch-" + self.name) { self.watch() },
        ]
        self.state.withLock { $0.threads = threads }
    }

    /// Asks the child to end and starts it no more; returns at once.
    func requestStop() {
        let child = self.state.withLock { state in
            state.isStopping = true
            return state.child
        }
        child?.signal(SIGTERM)
        self.stopping.raise()
        self.stoppingWatch.raise()
    }

    /// Waits until the child has ended, at most until `deadline` (``MonotonicClock``), then kills it.
    func finishStop(deadline: Int64) {
        let (child, threads) = self.state.withLock { ($0.child, $0.threads) }
        let patience = max(0, deadline - MonotonicClock.millis)
        if let child, child.wait(.milliseconds(patience)) == nil {
            self.log.say("\(self.name) did not stop in time and is killed")
            child.signal(SIGKILL, group: true)
        }
        for thread in threads { thread.join() }
    }

    private func keep() {
        var policy = RestartPolicy()
        var generator = SystemRandomNumberGenerator()
        while !self.isStopping {
            let began = MonotonicClock.millis
            let (end, exit) = self.runOnce()
            if self.isStopping { return }
            if exit == .status(ExitCode.configuration) {
                self.log.say("\(self.name) cannot run with these settings; its lines above say why")
                self.state.withLock { $0.isMisconfigured = true }
                return self.onMisconfigured()
            }
            let pause = policy.pause(afterRunning: MonotonicClock.millis - began, using: &generator)
            self.log.say("\(self.name) \(end); starting it again in \(pause) ms")
            self.stopping.wait(millis: pause)
        }
    }

    private var isStopping: Bool { self.state.withLock { $0.isStopping } }

    /// Runs the child to its end; returns how it ended, in words, too.
    private func runOnce() -> (words: String, exit: ChildExit?) {
        let child: ChildProcess
        do throws(ChildProcessError) {
            child = try ChildProcess(self.command)
        } catch {
            return ("could not be started (\(error))", nil)
        }
        let isStopping = self.state.withLock { state in
            state.child = child
            return state.isStopping
        }
        if isStopping { child.signal(SIGTERM) }
        var isKnown = false
        ChildOutput(child).pump { line in
            self.log.line(line, from: self.name)
            guard !isKnown, let health = Liveness.address(in: line) else { return }
            isKnown = true
            self.state.withLock { $0.health = health }
        }
        self.state.withLock { state in
            state.child = nil
            state.health = nil
        }
        return (child.exit?.words ?? "ended", child.exit)
    }

    /// Asks again and again whether the child lives, and kills one that does not for too long.
    private func watch() {
        var liveness = self.liveness
        var asked: Int32?
        while !self.isStopping {
            self.stoppingWatch.wait(millis: self.liveness.interval)
            let (child, health) = self.state.withLock { ($0.child, $0.health) }
            guard let child, let health, !self.isStopping else { continue }
            if asked != child.id { liveness = self.liveness }
            asked = child.id
            let isAlive = Reachability.isAlive(health, millis: self.liveness.interval)
            guard liveness.isOver(isAlive: isAlive, now: MonotonicClock.millis) else { continue }
            self.log.say("\(self.name) has not answered for \(self.liveness.patience / 1_000) s and is killed")
            child.signal(SIGKILL, group: true)
        }
    }
}
