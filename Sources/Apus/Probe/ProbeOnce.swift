import Checks
import EventLoop
import Events
import Networking
import Service
import Synchronization

/// One probe from this process, without the log: what a pinger does for each slot.
enum ProbeOnce {
    /// Probes the monitor's target and waits for what was seen, at most about its timeout.
    static func run(_ monitor: Monitor, secrets: HTTPSecrets) throws(VerbError) -> CheckObservation {
        guard let check = monitor.makeCheck(secrets: secrets) else {
            throw VerbError("a \(monitor.check.type) monitor is not probed", code: ExitCode.usage)
        }
        let (loop, prober) = try Self.prober()
        let seen = Mutex<CheckObservation?>(nil)
        let done = Wakeup()
        loop.submit {
            _ = check.start(with: prober) { observation in
                seen.withLock { $0 = observation }
                done.raise()
            }
        }
        // The check keeps its own deadline; the margin is for a machine that is slow.
        done.wait(millis: monitor.timeout + 30_000)
        loop.stop()
        withExtendedLifetime(prober) {}
        guard let observation = seen.withLock({ $0 }) else {
            throw VerbError("the probe did not end in time: this machine is overloaded", code: ExitCode.software)
        }
        return observation
    }

    private static func prober() throws(VerbError) -> (EventLoop, Prober) {
        do {
            let loop = try EventLoop(name: "probe")
            let prober = try Prober(on: loop, policy: .any)
            try loop.start()
            return (loop, prober)
        } catch {
            throw VerbError("a probe can't be made: \(error)", code: ExitCode.software)
        }
    }
}
