import Events
import Glibc
import Service

/// What a monitor costs a pinger in memory, and whether 100,000 at 60 s are checked on time.
struct MonitorsBench: Bench {
    static let name = "monitors"
    let monitors = 100_000
    /// Seconds between two checks of a monitor.
    private let interval = 60

    func run(in folder: BenchFolder) throws {
        Report.title("monitors: one pinger with \(self.monitors) monitors at \(self.interval) s")
        let target = try MeasuredProcess("http-target", "\(folder.programs)/http-target", in: folder)
        defer { target.end() }
        let url = "http://127.0.0.1:\(try target.announced(after: ""))/"
        let log = try EmbeddedLog()
        let pinger = try MeasuredProcess(
            "pinger",
            "\(folder.programs)/pinger",
            environment: log.variables.merging(CheckBench.settings) { $1 },
            in: folder
        )
        defer { pinger.end() }
        let health = try port(pinger.announced(after: "\"health\":\"127.0.0.1:"))
        // One of them first, so that the client, the loops and a transfer are there in both figures.
        try log.define([self.monitor(1, url)])
        try wait("the pinger to know a monitor") { try Exposition(port: health).sum("apus_pinger_monitors") == 1 }
        usleep(2_000_000)
        let before = pinger.memory
        for first in stride(from: 2, through: self.monitors, by: 10_000) {
            let last = min(first + 9_999, self.monitors)
            try log.define((first...last).map { self.monitor(Int64($0), url) })
        }
        try wait("the pinger to know them all", seconds: 60) {
            try Exposition(port: health).sum("apus_pinger_monitors") == Double(self.monitors)
        }
        // All are checked at least once before the measurement, and once during it.
        usleep(UInt32(self.interval + 2) * 1_000_000)
        let start = try Exposition(port: health)
        let cpu = pinger.cpu
        usleep(UInt32(self.interval) * 1_000_000)
        let end = try Exposition(port: health)
        let bytes = Double(pinger.memory - before) / Double(self.monitors)
        func counted(_ name: String) -> Double { end.sum(name) - start.sum(name) }
        let checks = counted("apus_pinger_checks_total")
        let late = counted("apus_pinger_late_slots_total") + counted("apus_pinger_skipped_slots_total")
        let lateness = end.quantile(0.99, of: "apus_pinger_start_lateness_seconds", since: start) * 1_000
        Report.bar("memory of a monitor, bytes", decimal(bytes, 0), "≤ 1,024", isReached: bytes <= 1_024)
        Report.figure("the pinger in all, MiB", decimal(Double(pinger.memory) / 1_048_576, 0))
        Report.figure(
            "checks a second (planned \(self.monitors / self.interval))",
            decimal(checks / Double(self.interval), 0)
        )
        Report.figure("CPU, % of one processor", decimal(Double(pinger.cpu - cpu) / Double(self.interval) / 10_000))
        Report.bar("slots skipped", decimal(late, 0), "0", isReached: late == 0)
        Report.bar("start lateness p99, ms, at most", decimal(lateness, 0), "≤ 10", isReached: lateness <= 10)
    }

    private func monitor(_ id: Int64, _ url: String) -> Monitor {
        Monitor(
            id: id,
            name: "bench \(id)",
            target: "\(url)\(id)",
            check: .http(HTTPCheckSettings()),
            interval: Int64(self.interval) * 1_000,
            // Long ago: what was just edited is checked at once, and all of these were.
            createdAt: 1_600_000_000_000
        )
    }
}
