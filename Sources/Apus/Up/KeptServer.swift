import Glibc
import PrivateServers
import Service
import Synchronization

/// A private server as `apus up` keeps it.
protocol RestartableServer: Sendable {
    var child: ChildProcess { get }
    func restarted() throws(PrivateServerError) -> Self
    func stop(patience: Duration)
}

extension PrivatePostgres: RestartableServer {}
extension PrivateRedis: RestartableServer {}

/// A private server that is started again whenever it ends, until it is stopped.
final class KeptServer<Server: RestartableServer>: Sendable {
    private struct State {
        var server: Server
        var isStopping = false
    }

    private let name: String
    private let log: MergedLog
    private let state: Mutex<State>
    private let stopping = Wakeup()
    private let finished = Wakeup()

    /// Takes over a running server and watches it on a thread of its own.
    init(_ name: String, _ server: Server, _ log: MergedLog) {
        self.name = name
        self.log = log
        self.state = Mutex(State(server: server))
        _ = DedicatedThread("keep-" + name) { self.keep() }
    }

    /// Stops the server for good; it has `patience` for a clean end.
    func stop(patience: Duration) {
        let server = self.state.withLock { state in
            state.isStopping = true
            return state.server
        }
        self.stopping.raise()
        server.stop(patience: patience)
        self.finished.wait(millis: 2_000)
    }

    private func keep() {
        var policy = RestartPolicy()
        var generator = SystemRandomNumberGenerator()
        var began = MonotonicClock.millis
        defer { self.finished.raise() }
        while let server = self.state.withLock({ $0.isStopping ? nil : $0.server }) {
            guard let exit = server.child.wait(.seconds(3_600)) else { continue }
            if self.state.withLock({ $0.isStopping }) { return }
            let pause = policy.pause(afterRunning: MonotonicClock.millis - began, using: &generator)
            self.log.say("\(self.name) \(exit.words); starting it again in \(pause) ms")
            self.stopping.wait(millis: pause)
            if self.state.withLock({ $0.isStopping }) { return }
            began = MonotonicClock.millis
            self.restart(server)
        }
    }

    private func restart(_ server: Server) {
        do throws(PrivateServerError) {
            let next = try server.restarted()
            let isStopping = self.state.withLock { state in
                state.server = next
                return state.isStopping
            }
            if isStopping { next.stop(patience: .seconds(1)) }
            self.log.say("\(self.name) is ready again")
        } catch {
            self.log.say("\(self.name) could not be started again: \(error)")
        }
    }
}

extension ChildExit {
    /// How a child ended, in words after its name.
    var words: String {
        switch self {
        case .signal(let number): "was ended by \(Signals.name(number))"
        case .status(let code): "ended with exit code \(code)"
        }
    }
}
