import Glibc
import PrivateServers
import Service

/// Starts the processes of a plan, keeps them running, and stops them in order.
final class Supervisor: Sendable {
    private let processes: [(program: String, process: SupervisedProcess)]

    /// Prepares the children; `variables` is what all of them share.
    ///
    /// A child whose settings are wrong has this process asked to end: as by Ctrl-C, but see ``isMisconfigured``.
    init(
        _ plan: ChildPlan,
        programs: ProgramFolder,
        user: [String: String],
        variables: [String: String],
        log: MergedLog
    ) {
        self.processes = plan.children.map { child in
            var command = ChildCommand("\(programs.path)/\(child.program)")
            command.environment = ChildPlan.environment(user: user, shared: variables, own: child.variables)
            let process = SupervisedProcess(name: child.name, command: command, log: log) { kill(getpid(), SIGTERM) }
            return (child.program, process)
        }
    }

    /// Whether a child ended because of its settings.
    var isMisconfigured: Bool { self.processes.contains { $0.process.isMisconfigured } }

    /// Starts all; they find the stores and each other by themselves.
    func start() {
        for (_, process) in self.processes { process.start() }
    }

    /// Stops all in the order of ``ChildPlan/stopOrder`` within `millis` milliseconds.
    ///
    /// Each kind has 3 s, less when earlier ones used up the time of all, and is killed then.
    func stop(millis: Int64) {
        let end = MonotonicClock.millis + millis
        for (index, program) in ChildPlan.stopOrder.enumerated() {
            let group = self.processes.filter { $0.program == program }
            for (_, process) in group { process.requestStop() }
            let reserve = Int64(ChildPlan.stopOrder.count - 1 - index) * 500
            let deadline = min(MonotonicClock.millis + 3_000, end - reserve)
            for (_, process) in group { process.finishStop(deadline: deadline) }
        }
    }
}
