package import Events
import TestServers

/// A generator of records of all kinds from a seed: a small world of monitors, regions and clocks in which much fails.
package struct RandomRecords {
    /// A record with the timestamp that the broker gave it, Unix ms.
    package struct Entry: Sendable {
        /// What was said.
        package var record: Record
        /// When it reached the log, Unix ms.
        package var timestamp: Int64

        /// A record as it stands on the log.
        package init(_ record: Record, timestamp: Int64) {
            self.record = record
            self.timestamp = timestamp
        }
    }

    private struct Region {
        var name: String
        var isAlive = true
        var isBlind = false
        var skew: Int64 = 0
    }

    private var generator: SplitMix
    private var now: Int64 = 1_795_189_560_000
    private var regions: [Region] = []
    private var gateways = Region(name: Pulse.pushRegion)
    private var monitors: [Int64: Monitor] = [:]
    private var generations: [Int64: Int64] = [:]
    private var failing: Set<Int64> = []
    private var attempts: [String: (slot: Int64, attempt: Int)] = [:]
    private var held: [Record] = []
    private var isOutage = false
    private var entries: [Entry] = []
    private static let ids: ClosedRange<Int64> = 1...3

    private init(seed: UInt64) { self.generator = SplitMix(seed: seed) }

    /// The sequence that belongs to `seed`: some hundred records, in the order of the log.
    package static func sequence(seed: UInt64) -> [Entry] {
        var world = RandomRecords(seed: seed)
        world.live()
        return world.entries
    }

    private mutating func chance(_ percent: Double) -> Bool {
        Double.random(in: 0..<100, using: &self.generator) < percent
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &self.generator)
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &self.generator)]
    }

    private mutating func live() {
        let names = ["as", "eu", "us"].prefix(Int(self.number(1...3)))
        self.regions = names.map { Region(name: $0) }
        for index in self.regions.indices where self.chance(10) {
            self.regions[index].skew = self.number(-90_000...55_000)
        }
        for _ in 0..<self.number(5...80) {
            let isLong = self.chance(1)
            let isGap = self.chance(4)
            self.now += self.number(isLong ? 500_000...2_500_000 : isGap ? 25_000...200_000 : 1...10_000)
            self.tick()
        }
        self.isOutage = false
        for record in self.held { self.append(record) }
    }

    private mutating func tick() {
        if self.chance(3) { self.isOutage.toggle() }
        if !self.isOutage {
            let held = self.held
            self.held = []
            for record in held { self.append(record) }
        }
        for index in self.regions.indices {
            if self.chance(4) { self.regions[index].isAlive.toggle() }
            if self.chance(self.regions[index].isBlind ? 20 : 2) { self.regions[index].isBlind.toggle() }
            if self.chance(0.5) { self.regions[index].skew = self.chance(50) ? 0 : self.number(-90_000...55_000) }
        }
        if self.chance(4) { self.gateways.isAlive.toggle() }
        if self.chance(8) || self.monitors.isEmpty { self.edit(self.number(Self.ids)) }
        if self.chance(10), let id = self.monitors.keys.sorted().randomElement(using: &self.generator) {
            self.failing.formSymmetricDifference([id])
        }
        self.pulse()
        self.check()
        if self.chance(2) {
            self.say(.action(Action(monitor: self.number(Self.ids), verb: .acknowledge, person: "eva", at: self.now)))
        }
        if self.chance(6), let old = self.entries.randomElement(using: &self.generator) { self.say(old.record) }
    }

    private mutating func pulse() {
        let shares = Set(Self.ids.map(Partitioning.share(of:))).sorted()
        for region in self.regions where region.isAlive {
            for share in shares where self.chance(60) {
                let canary: Pulse.Canary = region.isBlind ? .blind : .good
                let time = self.now + region.skew
                self.say(.pulse(Pulse(region: region.name, share: share, time: time, canary: canary, pinger: "p")))
            }
        }
        guard self.gateways.isAlive, self.chance(70) else { return }
        self.say(.pulse(Pulse(region: Pulse.pushRegion, share: self.pick(shares), time: self.now, pinger: "g")))
    }

    private mutating func check() {
        for id in Self.ids {
            guard let monitor = self.monitors[id] ?? (self.chance(1) ? self.definition(id) : nil) else { continue }
            if case .push = monitor.check {
                guard self.chance(self.failing.contains(id) ? 3 : 40) else { continue }
                let at = self.now - (self.chance(10) ? self.number(0...60_000) : 0)
                self.say(.push(Push(monitor: id, at: at, outcome: self.chance(10) ? .down : .up, gateway: "g")))
                continue
            }
            for region in self.regions where self.chance(region.isAlive ? 50 : 4) {
                self.say(.result(self.result(monitor, region)))
            }
        }
    }

    private mutating func result(_ monitor: Monitor, _ region: Region) -> CheckResult {
        var slot = Slot.previous(atOrBefore: self.now + region.skew, monitor: monitor.id, interval: monitor.interval)
        if self.chance(5) { slot -= monitor.interval * self.number(1...4) }
        if self.chance(3) { slot = monitor.updatedAt }
        let key = "\(monitor.id) \(region.name)"
        let attempt = self.attempts[key].flatMap { $0.slot == slot ? $0.attempt + 1 : nil } ?? 0
        self.attempts[key] = (slot, attempt)
        let fails = self.chance(self.failing.contains(monitor.id) ? 85 : 10)
        let outcome: Outcome = self.chance(5) ? .unknown : fails ? .down : self.chance(8) ? .degraded : .up
        let reasons: [Reason] = [.timeout, .dns, .unreachable, .status, .refused]
        return CheckResult(
            monitor: monitor.id,
            region: region.name,
            slot: slot,
            attempt: attempt,
            startedAt: slot,
            outcome: outcome,
            reason: outcome == .down ? self.pick(reasons) : nil,
            pinger: "p",
            generation: max(1, monitor.generation - (self.chance(2) ? 1 : 0))
        )
    }

    private mutating func edit(_ id: Int64) {
        if self.monitors[id] != nil, self.chance(10) {
            self.generations[id, default: 0] += 1
            self.monitors[id] = nil
            let generation = self.generations[id] ?? 1
            return self.say(.change(.deleted(monitor: id, generation: generation, at: self.now)))
        }
        let monitor = self.definition(id)
        self.monitors[id] = monitor
        self.say(.change(.defined(monitor)))
    }

    private mutating func definition(_ id: Int64) -> Monitor {
        let old = self.monitors[id]
        if old == nil || self.chance(95) { self.generations[id, default: 0] += 1 }
        let quorums: [Quorum] = [.majority, .majority, .any, .all, .count(1), .count(2), .count(3)]
        var monitor =
            old
            ?? Monitor(
                id: id,
                name: "m",
                target: "shop:80",
                check: id == 3 && self.chance(70) ? .push(PushCheckSettings(grace: 3_000)) : .tcp(TCPCheckSettings()),
                interval: self.pick([5_000, 20_000, 60_000]),
                createdAt: self.now
            )
        if old == nil || self.chance(30) { monitor.quorum = self.pick(quorums) }
        if old == nil || self.chance(30) { monitor.failureThreshold = Int(self.number(1...3)) }
        if old == nil || self.chance(30) { monitor.recoveryThreshold = Int(self.number(1...3)) }
        if self.chance(30) {
            monitor.regions = self.pick([nil, ["eu"], ["as", "us"], ["eu", "us"], ["as", "eu", "us"]])
        }
        if self.chance(10) { monitor.target = self.pick(["shop:80", "other:80"]) }
        if self.chance(10) { monitor.interval = self.pick([5_000, 20_000, 60_000]) }
        if self.chance(monitor.enabled ? 12 : 80) { monitor.enabled.toggle() }
        monitor.generation = self.generations[id] ?? 1
        monitor.updatedAt = self.now
        return monitor
    }

    /// Publishes a record, unless the broker is out of reach: then it comes later, in order.
    private mutating func say(_ record: Record) {
        if self.isOutage, record.kind == nil || record.kind == "pulse" {
            self.held.append(record)
        } else {
            self.append(record)
        }
    }

    private mutating func append(_ record: Record) {
        guard (try? record.checkTime(timestamp: self.now)) != nil else { return }
        self.entries.append(Entry(record, timestamp: self.now))
    }
}
