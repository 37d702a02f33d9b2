import Checks
import EventLoop
import Events
import Service
import Synchronization

/// One event loop's part of the monitors: starts what is due, judges what was seen, publishes (design §5).
///
/// Confined to its loop's thread, except where said otherwise.
final class Engine {
    /// What the engines of one pinger share.
    struct Context: Sendable {
        /// The region that results speak for.
        var region: String
        /// The name of this pinger in results.
        var pinger: String
        /// How many attempts may run at once on one loop; a descriptor each.
        var concurrency: Int
        /// Takes what was found, in order; must not wait.
        var publish: @Sendable ([CheckResult]) -> Void
        /// The counters.
        var metrics: PingerMetrics
    }

    /// A monitor with its place in the schedule.
    ///
    /// Of the definition only what is needed is kept: there may be a hundred thousand.
    private final class Entry {
        let monitor: Int64
        var generation: Int64
        var check: any Check
        var timetable: Timetable
        var planned: Timetable.Planned?
        var running: (any RunningCheck)?
        var isRunning = false
        /// What the last result of this definition said; `nil`: there was none.
        var outcome: Outcome?
        /// Tells an attempt's answer from that of one that was cancelled.
        var attempts = 0

        init(_ definition: Definition, _ check: any Check) {
            self.monitor = definition.monitor.id
            self.generation = definition.monitor.generation
            self.check = check
            self.timetable = Timetable(definition.monitor)
        }
    }

    /// Attempts start at multiples of so many ms, never early: what falls due within one wakes the loop but once.
    ///
    /// Every wake-up, by the timer and by the answers, costs about as much as half a check (docs/benchmarks.md).
    static let stride: Int64 = 4

    private let prober: Prober
    private let canary: Canary
    private let context: Context
    private let results: ResultBatch
    private var wheel: TimerWheel
    private var timer: LoopTimer?
    private var entries: [Entry?] = []
    private var free: [Int] = []
    private var indices: [Int64: Int] = [:]
    private var expired: [Int] = []
    private(set) var running = 0

    /// An engine on the prober's loop, made before the loop starts.
    init(prober: Prober, canary: Canary, context: Context) {
        self.prober = prober
        self.canary = canary
        self.context = context
        self.results = ResultBatch(on: prober.loop, publish: context.publish)
        self.wheel = TimerWheel(now: Engine.now)
        self.timer = LoopTimer(on: prober.loop) { [unowned self] in self.tick() }
    }

    /// Takes in what was learned from the log.
    func learn(_ news: [Shares.Learned]) {
        for item in news {
            switch item {
            case .defined(let definition): self.define(definition)
            case .removed(let monitor): self.remove(monitor)
            case .dropped(let shares): self.drop(shares)
            }
        }
        self.arm()
    }

    /// Forgets everything, cancels what is running and publishes what was found.
    func stop() {
        self.results.flush()
        for id in Array(self.indices.keys) { self.remove(id) }
        self.timer?.cancel()
    }

    /// How many monitors there are.
    var count: Int { self.indices.count }

    private static var now: Int64 { MonotonicTime.now / 1_000 }

    private func define(_ definition: Definition) {
        let monitor = definition.monitor
        guard let check = monitor.makeCheck(secrets: definition.secrets) else { return }
        let index: Int
        if let known = self.indices[monitor.id], let entry = self.entries[known] {
            guard monitor.generation >= entry.generation else { return }
            entry.timetable = Timetable(monitor, replacing: entry.timetable)
            entry.generation = monitor.generation
            entry.check = check
            // Whoever edits a monitor or asks for a check waits for the answer.
            entry.outcome = nil
            index = known
        } else {
            index = self.free.popLast() ?? self.entries.count
            if index == self.entries.count { self.entries.append(nil) }
            self.entries[index] = Entry(definition, check)
            self.indices[monitor.id] = index
            self.context.metrics.monitors.add(1)
        }
        self.plan(index)
    }

    private func remove(_ monitor: Int64) {
        guard let index = self.indices.removeValue(forKey: monitor), let entry = self.entries[index] else { return }
        entry.running?.cancel()
        if entry.isRunning { self.ended() }
        // A canary may still owe a verdict on its last attempt, which now concerns nobody.
        entry.isRunning = false
        self.wheel.cancel(index)
        self.entries[index] = nil
        self.free.append(index)
        self.context.metrics.monitors.add(-1)
    }

    private func drop(_ shares: Set<Int>) {
        for id in Array(self.indices.keys) where shares.contains(Partitioning.share(of: id)) { self.remove(id) }
    }

    /// Sets the timer of what comes next; a monitor whose check is running is planned when it has ended.
    private func plan(_ index: Int) {
        guard let entry = self.entries[index], !entry.isRunning else { return }
        let wall = WallTime.now
        let before = entry.timetable.skipped
        let planned = entry.timetable.next(now: wall)
        let covered = entry.timetable.skipped - before
        if covered > 0 { self.context.metrics.covered.add(covered) }
        entry.planned = planned
        self.wait(index, planned.at - wall)
    }

    /// Sets the timer to `delay` ms, or to a look at the wall clock before that: it may jump, or the machine sleep.
    private func wait(_ index: Int, _ delay: Int64) {
        let time = Engine.now + min(max(delay, 0), 60_000)
        self.wheel.schedule(index, at: (time + Engine.stride - 1) / Engine.stride * Engine.stride)
    }

    private func tick() {
        self.expired.removeAll(keepingCapacity: true)
        self.wheel.advance(to: Engine.now, into: &self.expired)
        for index in self.expired { self.fall(due: index) }
        self.arm()
    }

    private func arm() {
        if let deadline = self.wheel.nextDeadline { self.timer?.set(at: deadline * 1_000) }
    }

    private func fall(due index: Int) {
        guard let entry = self.entries[index], let planned = entry.planned, !entry.isRunning else { return }
        let wall = WallTime.now
        switch entry.timetable.due(planned, now: wall) {
        case .early(let by): self.wait(index, by)
        case .replan: self.plan(index)
        case .start where self.running >= self.context.concurrency:
            // All descriptors are taken: a little later one may be free, within what the slot tolerates. Those that
            // may wait long look seldom, so that tens of thousands of new monitors don't keep the loop busy.
            self.wait(index, min(max(planned.tolerance / 64, 5), 500))
        case .start:
            self.context.metrics.lateness.observe(Double(max(wall - planned.at, 0)) / 1_000)
            self.start(index, entry, planned)
        case .skip:
            entry.timetable.gaveUp(planned)
            self.context.metrics.skipped.add()
            self.plan(index)
        }
    }

    private func start(_ index: Int, _ entry: Entry, _ planned: Timetable.Planned) {
        entry.timetable.started(planned)
        entry.isRunning = true
        entry.attempts += 1
        self.running += 1
        self.context.metrics.running.add(1)
        let generation = entry.generation
        let attempt = entry.attempts
        entry.running = entry.check.start(with: self.prober) { [unowned self] observation in
            guard entry.attempts == attempt else { return }
            entry.running = nil
            // A failure in which nothing answered waits for a canary that is asked after it; the rest stands as it is.
            guard Evidence.isDoubtful(observation), self.canary.exists else {
                return self.finish(index, entry, generation, planned, observation)
            }
            self.canary.settle { good in
                guard entry.attempts == attempt, entry.isRunning else { return }
                self.finish(index, entry, generation, planned, good ? observation : Evidence.annulled(observation))
            }
        }
    }

    private func finish(
        _ index: Int,
        _ entry: Entry,
        _ generation: Int64,
        _ planned: Timetable.Planned,
        _ verdict: CheckObservation
    ) {
        entry.isRunning = false
        self.ended()
        self.context.metrics.checks(verdict.outcome).add()
        if verdict.isLocalFault { self.context.metrics.annulled.add() }
        self.results.add(
            verdict.result(
                for: entry.monitor,
                generation: generation,
                region: self.context.region,
                slot: planned.slot,
                attempt: planned.attempt,
                pinger: self.context.pinger
            ),
            // Each failure is news: the next one may be that which confirms an incident.
            isNews: verdict.outcome == .down || verdict.outcome != entry.outcome
        )
        entry.outcome = verdict.outcome
        // The monitor may be gone, or its place another's.
        guard self.entries.indices.contains(index), self.entries[index] === entry else { return }
        entry.timetable.finished(planned, outcome: verdict.outcome, now: WallTime.now)
        self.plan(index)
        self.arm()
    }

    private func ended() {
        self.running -= 1
        self.context.metrics.running.add(-1)
    }
}
