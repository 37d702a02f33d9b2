import Glibc
import PrivateServers
import Service
import Synchronization

/// One child of `apus up` that is started again whenever it ends, until it is stopped.
final class SupervisedProcess: Sendable {
    private struct State {
        var child: ChildProcess?
        var isStopping = false
        var thread: DedicatedThread?
    }

    /// As in the merged log.
    let name: String
    private let command: ChildCommand
    private let log: MergedLog
    private let state = Mutex(State())
    private let stopping = Wakeup()

    /// Describes a child; ``start()`` starts it.
    init(name: String, command: ChildCommand, log: MergedLog) {
        var command = command
        command.output = .pipe
        command.error = .pipe
        // Ctrl-C reaches `apus` alone, which stops the children in order.
        command.ownGroup = true
        self.name = name
        self.command = command
        self.log = log
    }

    /// Starts the child and keeps it running, on a thread of its own.
    func start() {
        let thread = DedicatedThread("keep-" + self.name) { self.keep() }
        self.state.withLock { $0.thread = thread }
    }

    /// Asks the child to end and starts it no more; returns at once.
    func requestStop() {
        let child = self.state.withLock { state in
            state.isStopping = true
            return state.child
        }
        child?.signal(SIGTERM)
        self.stopping.raise()
    }

    /// Waits until the child has ended, at most until `deadline` (``MonotonicClock``), then kills it.
    func finishStop(deadline: Int64) {
        let (child, thread) = self.state.withLock { ($0.child, $0.thread) }
        let patience = max(0, deadline - MonotonicClock.millis)
        if let child, child.wait(.milliseconds(patience)) == nil {
            self.log.say("\(self.name) did not stop in time and is killed")
            child.signal(SIGKILL, group: true)
        }
        thread?.join()
    }

    private func keep() {
        var policy = RestartPolicy()
        var generator = SystemRandomNumberGenerator()
        while !self.isStopping {
            let began = MonotonicClock.millis
            let end = self.runOnce()
            if self.isStopping { return }
            let pause = policy.pause(afterRunning: MonotonicClock.millis - began, using: &generator)
            self.log.say("\(self.name) \(end); starting it again in \(pause) ms")
            self.stopping.wait(millis: pause)
        }
    }

    private var isStopping: Bool { self.state.withLock { $0.isStopping } }

    /// Runs the child to its end; returns how it ended in words.
    private func runOnce() -> String {
        let child: ChildProcess
        do throws(ChildProcessError) {
            child = try ChildProcess(self.command)
        } catch {
            return "could not be started (\(error))"
        }
        let isStopping = self.state.withLock { state in
            state.child = child
            return state.isStopping
        }
        if isStopping { child.signal(SIGTERM) }
        ChildOutput(child).pump { line in self.log.line(line, from: self.name) }
        self.state.withLock { $0.child = nil }
        return child.exit?.words ?? "ended"
    }
}
