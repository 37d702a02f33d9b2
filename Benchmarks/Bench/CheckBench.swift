import Events
import Glibc
import Service
import TestServers

/// Processor time of one HTTP check on a fresh connection: a pinger's, with its result on the log, a bare libcurl
/// loop's and prometheus-blackbox-exporter's, all at the same rate against the same target.
struct CheckBench: Bench {
    static let name = "check"
    /// Checks a second.
    let rate = 1_000
    /// Length of one window, in seconds.
    let window = 6
    /// Windows of each kind.
    let rounds = 3

    func run(in folder: BenchFolder) throws {
        Report.title("check: CPU per HTTP check on a fresh connection, \(self.rate) checks/s")
        let target = try MeasuredProcess("http-target", "\(folder.programs)/http-target", in: folder)
        defer { target.end() }
        let url = "http://127.0.0.1:\(try target.announced(after: ""))/"
        let log = try EmbeddedLog()
        let pinger = try MeasuredProcess(
            "pinger",
            "\(folder.programs)/pinger",
            environment: log.variables.merging(Self.settings) { $1 },
            in: folder
        )
        defer { pinger.end() }
        let health = try port(pinger.announced(after: "\"health\":\"127.0.0.1:"))
        let exporter = try self.startExporter(folder)
        defer { exporter.process.end() }
        try log.define((1...self.rate).map { Self.monitor(Int64($0), url) })
        try self.waitUntilChecking(health)

        var ours: [Double] = []
        var bare: [Double] = []
        var theirs: [Double] = []
        for _ in 0..<self.rounds {
            // The pinger checks all the time, so that each pair shares its seconds and what else the machine does.
            ours.append(
                try self.perCheck(pinger, health) {
                    bare.append(try self.bareLibcurl(url, folder))
                }
            )
            theirs.append(try self.perProbe(exporter, url, folder))
        }
        let ratios = zip(ours, bare).map { $0 / $1 }
        Report.figure("bare libcurl loop in C, µs", "\(decimal(median(bare)))   (\(list(bare)))")
        Report.figure("pinger, result acknowledged by the log, µs", "\(decimal(median(ours)))   (\(list(ours)))")
        Report.figure("prometheus-blackbox-exporter, µs", "\(decimal(median(theirs)))   (\(list(theirs)))")
        let ratio = median(ratios)
        Report.bar("pinger / bare libcurl", "\(decimal(ratio, 2)) ×", "≤ 1.3 ×", isReached: ratio <= 1.3)
        let less = median(zip(theirs, ours).map { $0 / $1 })
        Report.bar("blackbox_exporter / pinger", "\(decimal(less)) ×", "≥ 5 ×", isReached: less >= 5)
    }

    /// What a pinger needs beside the log.
    static let settings = [
        "APUS_SECRET_KEY": "YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggMTI=",
        "HEALTH_LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json", "LOG_LEVEL": "info",
    ]

    private static func monitor(_ id: Int64, _ url: String) -> Monitor {
        Monitor(
            id: id,
            name: "bench \(id)",
            target: url,
            check: .http(HTTPCheckSettings()),
            interval: 1_000,
            createdAt: WallClock.millis
        )
    }

    private func waitUntilChecking(_ health: UInt16) throws {
        let deadline = MonotonicClock.millis + 30_000
        while try Exposition(port: health).sum("apus_pinger_monitors") < Double(self.rate) {
            guard MonotonicClock.millis < deadline else { throw BenchError("the pinger did not begin in 30 s") }
            usleep(100_000)
        }
        // The first check of each comes at once; the measurement begins when all run in their own slots.
        usleep(2_500_000)
    }

    /// The pinger's processor time for a check while `body` runs; every result must have reached the log.
    private func perCheck(_ pinger: MeasuredProcess, _ health: UInt16, _ body: () throws -> Void) throws -> Double {
        let (before, cpu) = (try Exposition(port: health), pinger.cpu)
        try body()
        let (after, used) = (try Exposition(port: health), pinger.cpu - cpu)
        let up =
            after.sum("apus_pinger_checks_total{outcome=\"up\"}")
            - before.sum("apus_pinger_checks_total{outcome=\"up\"}")
        let checks = after.sum("apus_pinger_checks_total") - before.sum("apus_pinger_checks_total")
        let delivered =
            after.sum("apus_pinger_results_delivered_total")
            - before.sum("apus_pinger_results_delivered_total")
        guard up >= checks * 0.999, delivered >= checks * 0.99, checks > 0 else {
            throw BenchError("of \(checks) checks \(up) were up and \(delivered) reached the log")
        }
        return Double(used) / checks
    }

    private func bareLibcurl(_ url: String, _ folder: BenchFolder) throws -> Double {
        let process = try MeasuredProcess(
            "bare-libcurl",
            "\(folder.programs)/bare-libcurl",
            [url, "\(self.rate)", "\(self.window)"],
            in: folder
        )
        let output = try process.output(seconds: self.window + 20)
        let figures = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard figures.count == 3, figures[0] > 0, figures[1] == 0 else {
            throw BenchError("bare-libcurl: checks, failures and CPU are \(output)")
        }
        return figures[2] / figures[0]
    }

    private func startExporter(_ folder: BenchFolder) throws -> (process: MeasuredProcess, port: UInt16) {
        let file = try folder.write(
            "blackbox.yml",
            "modules: {http_2xx: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}}\n"
        )
        let port = LoopbackSocket.closedPort()
        let process = try MeasuredProcess(
            "blackbox_exporter",
            "/usr/bin/prometheus-blackbox-exporter",
            ["--config.file=\(file)", "--web.listen-address=127.0.0.1:\(port)"],
            in: folder
        )
        try waitUntilListening(port)
        return (process, port)
    }

    private func perProbe(
        _ exporter: (process: MeasuredProcess, port: UInt16),
        _ url: String,
        _ folder: BenchFolder
    ) throws -> Double {
        let cpu = exporter.process.cpu
        let load = try Load(
            port: exporter.port,
            path: "/probe?module=http_2xx&target=\(url)",
            connections: 64,
            rate: self.rate,
            seconds: self.window,
            in: folder
        )
        return Double(exporter.process.cpu - cpu) / load.answers
    }

    private func list(_ values: [Double]) -> String {
        values.map { decimal($0) }.joined(separator: ", ")
    }
}
