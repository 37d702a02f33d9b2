import Events
import Glibc
import Service
import TestServers

/// Whether one machine keeps up: `apus up` with its own stores and thousands of monitors, the whole pipeline.
struct ScheduleBench: Bench {
    static let name = "schedule"
    let monitors: Int
    let seconds: Int
    /// Seconds between two checks of a monitor.
    private let interval = 10

    /// 10,000 monitors for five minutes where `isFull`, else 2,000 for half a minute.
    init(isFull: Bool) {
        self.monitors = isFull ? 10_000 : 2_000
        self.seconds = isFull ? 300 : 30
    }

    func run(in folder: BenchFolder) throws {
        Report.title("schedule: apus up with \(self.monitors) monitors at \(self.interval) s for \(self.seconds) s")
        let target = try MeasuredProcess("http-target", "\(folder.programs)/http-target", in: folder)
        defer { target.end() }
        let url = "http://127.0.0.1:\(try target.announced(after: ""))/"
        let port = LoopbackSocket.closedPort()
        let apus = try MeasuredProcess(
            "apus",
            "\(folder.programs)/apus",
            ["up", "--data", "\(folder.path)/data", "--listen", "127.0.0.1:\(port)"],
            environment: ["APUS_ADMIN_KEY": Installation.adminKey, "LOG_FORMAT": "json"],
            in: folder
        )
        defer { apus.end() }
        let api = LoopbackHTTP(port: port, headers: ["Authorization: Bearer \(Installation.adminKey)"])
        try wait("the gateway to answer") { try api.send("GET", "/api/v1/monitors?limit=1", nil).0 == 200 }
        let began = MonotonicClock.millis
        for number in 1...self.monitors {
            try api.post(
                "/api/v1/monitors",
                "{\"name\":\"Bench \(number)\",\"type\":\"http\",\"target\":\"\(url)\",\"interval\":\(self.interval)}"
            )
        }
        Report.figure(
            "monitors created by the API, a second",
            decimal(
                Double(self.monitors) * 1_000 / Double(MonotonicClock.millis - began),
                0
            )
        )
        let names = ["pinger", "processor", "alerter", "gateway"]
        let family = try Family(apus, names: names)
        guard let pinger = family.health["pinger"] else { throw BenchError("the pinger has no health") }
        try wait("the pinger to know all monitors", seconds: 60) {
            try Exposition(port: pinger).sum("apus_pinger_monitors") >= Double(self.monitors)
        }
        // The first check of each comes at once; the measurement begins when all run in their own slots.
        usleep(UInt32(self.interval + 5) * 1_000_000)
        try self.measure(family, pinger)
    }

    private func measure(_ family: Family, _ pinger: UInt16) throws {
        let before = try Exposition(port: pinger)
        let cpu = family.cpu()
        let begin = MonotonicClock.millis
        var lag = 0.0
        var lags: [Double] = []
        while MonotonicClock.millis - begin < Int64(self.seconds) * 1_000 {
            usleep(1_000_000)
            for name in ["processor", "alerter"] {
                guard let port = family.health[name] else { continue }
                let now = try Exposition(port: port).greatest("apus_projection_lag_seconds")
                lag = max(lag, now)
                lags.append(now)
            }
        }
        let seconds = Double(MonotonicClock.millis - begin) / 1_000
        let after = try Exposition(port: pinger)
        let used = family.cpu()
        func counted(_ name: String) -> Double { after.sum(name) - before.sum(name) }
        let checks = counted("apus_pinger_checks_total")
        let late = counted("apus_pinger_late_slots_total")
        let covered = counted("apus_pinger_skipped_slots_total")
        let dropped = counted("apus_pinger_results_dropped_total")
        let p99 = after.quantile(0.99, of: "apus_pinger_start_lateness_seconds", since: before) * 1_000
        let p50 = after.quantile(0.5, of: "apus_pinger_start_lateness_seconds", since: before) * 1_000
        let planned = Double(self.monitors) / Double(self.interval)
        Report.figure("checks a second (planned \(decimal(planned, 0)))", decimal(checks / seconds))
        Report.bar(
            "slots skipped: too late, covered by a running check",
            "\(decimal(late, 0)), \(decimal(covered, 0))",
            "0",
            isReached: late + covered == 0
        )
        Report.figure("results dropped", decimal(dropped, 0))
        Report.figure("start lateness p50, ms, at most", decimal(p50, 0))
        Report.bar("start lateness p99, ms, at most", decimal(p99, 0), "≤ 100", isReached: p99 <= 100)
        Report.figure("lag of processor and alerter, median, s", decimal(median(lags), 2))
        Report.bar("lag of processor and alerter, greatest, s", decimal(lag, 2), "< 2", isReached: lag < 2)
        for member in family.members {
            let share = Double((used[member.id] ?? 0) - (cpu[member.id] ?? 0)) / seconds / 10_000
            let memory = Double(MeasuredProcess.memory(of: member.id)) / 1_048_576
            Report.figure(
                "\(member.name): memory MiB, % of one processor",
                "\(decimal(memory, 0)), \(decimal(share))"
            )
        }
    }
}

/// `apus up` and its children.
private struct Family {
    /// Name and process of each, PostgreSQL's own children left out (they are counted with it).
    let members: [(name: String, id: Int32)]
    /// Where the children serve their metrics.
    let health: [String: UInt16]

    init(_ apus: MeasuredProcess, names: [String]) throws {
        var health: [String: UInt16] = [:]
        let text = readText(path: apus.log) ?? ""
        for line in text.split(separator: "\n") where line.contains("\"message\":\"started\"") {
            for name in names where line.contains("\"process\":\"\(name)\"") {
                guard let mark = line.split(separator: "\"health\":\"127.0.0.1:", maxSplits: 1).dropFirst().first else {
                    continue
                }
                health[name] = UInt16(mark.prefix { $0.isNumber })
            }
        }
        guard health.count == names.count else {
            throw BenchError("the log names the health of \(health.keys.sorted()) only")
        }
        self.health = health
        self.members =
            [("apus", apus.id)]
            + processTree(under: apus.id).filter { $0.parent == apus.id }.map { ($0.name, $0.id) }
    }

    /// The processor time of each so far, in microseconds, with that of its children.
    func cpu() -> [Int32: Int64] {
        var times: [Int32: Int64] = [:]
        for (_, id) in self.members {
            times[id] = MeasuredProcess.cpu(of: id)
            guard let apus = self.members.first, id != apus.id else { continue }
            for child in processTree(under: id) { times[id, default: 0] += MeasuredProcess.cpu(of: child.id) }
        }
        return times
    }
}
