import Glibc
import Synchronization

/// Ends a process in stages: first what takes work in, last what other stages still need.
///
/// Register stages in the order in which they are to run. ``Signals/block()`` must have been called.
package final class Shutdown: Sendable {
    private struct Stage {
        let name: String
        let body: @Sendable () -> Void
    }

    private struct State {
        var stages: [Stage] = []
        var code: Int32 = 0
        var running = ""
    }

    private let log: Log
    private let deadline: Int64
    private let state = Mutex(State())
    private let main = pthread_self()

    /// To be made on the main thread.
    ///
    /// All stages together may take `deadline` milliseconds (10 s) before the process ends anyway, with code 70.
    package init(log: Log, deadline: Int64 = 10_000) {
        self.log = log
        self.deadline = deadline
    }

    /// Adds a stage; it runs on the main thread and should return within a few seconds.
    package func stage(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.stages.append(Stage(name: name, body: body)) }
    }

    /// Makes the process end as if a signal had come, from any thread; a `code` other than 0 is its exit code.
    package func request(code: Int32 = 0) {
        self.state.withLock { if $0.code == 0 { $0.code = code } }
        pthread_kill(self.main, SIGTERM)
    }

    /// Waits for a signal, runs the stages and ends the process; to be called on the main thread.
    package func waitAndExit() -> Never {
        let number = Signals.wait()
        self.log.info("stopping", ["signal": number.map(Signals.name) ?? "none"])
        _ = DedicatedThread("shutdown-watch") { self.watch() }
        self.runStages()
        self.log.info("stopped")
        self.log.flush()
        exit(self.state.withLock { $0.code })
    }

    /// Runs the stages in order, each logged with its duration.
    func runStages() {
        while let stage = self.state.withLock({ state in
            state.stages.isEmpty ? nil : state.stages.removeFirst()
        }) {
            self.state.withLock { $0.running = stage.name }
            let start = MonotonicClock.millis
            stage.body()
            self.log.debug("stage stopped", ["stage": stage.name, "millis": MonotonicClock.millis - start])
        }
    }

    /// Ends the process when the deadline passes or a second signal comes.
    private func watch() {
        let second = Signals.wait(millis: self.deadline)
        self.log.error(
            "ended before everything was stopped",
            [
                "stage": self.state.withLock { $0.running },
                "cause": second.map { "a second " + Signals.name($0) } ?? "\(self.deadline) ms have passed",
            ]
        )
        self.log.flush(millis: 200)
        _exit(70)
    }
}
