import Glibc
import JSON
import PrivateServers

/// What the gateway does with 10,000 monitors on its board, of each of which a result comes every half minute, through
/// the same door as in service: a key of a viewer, and limits of rate that are not reached.
///
/// How fast it serves the latest status, against nginx serving a file of the same bytes and webdis serving them from
/// Redis, all over the same kept-alive connections; and what 1,000 listeners to its live events cost and miss.
struct GatewayBench: Bench {
    static let name = "gateway"
    let connections = 32
    /// Length of one window, in seconds.
    let window = 2
    let rounds = 3
    let clients = 1_000
    let monitorsPerClient = 50

    func run(in folder: BenchFolder) throws {
        Report.title("gateway: \(BoardFeed.monitors) monitors at 30 s")
        let installation = try Installation(in: folder, durability: .none)
        defer { installation.end() }
        let (gateway, admin) = try installation.startGateway(["REQUESTS_PER_KEY": "60000000"])
        for number in 1...BoardFeed.monitors {
            try admin.post(
                "/api/v1/monitors",
                """
                {"name":"Bench \(number)","type":"http","target":"http://127.0.0.1:9/bench/\(number)","interval":30,\
                "regions":["\(BoardFeed.region)"],"failureThreshold":1,"recoveryThreshold":1}
                """
            )
        }
        _ = try installation.start("processor", ["APUS_WITHOUT_GROUP": "true"])
        let feed = try BoardFeed(installation.log)
        let key = try admin.post("/api/v1/keys", #"{"name":"bench","role":"viewer"}"#)
        let api = LoopbackHTTP(port: admin.port, headers: ["Authorization: Bearer \(try Self.text("key", key))"])
        try wait("all of them to be up") {
            try api.get("/api/v1/overview").contains("\"up\":\(BoardFeed.monitors)")
        }
        try self.compareReads(gateway, api, folder)
        try self.attack(api, folder)
        try self.listen(gateway, api, feed, folder)
        try feed.stop()
    }

    private static func text(_ name: String, _ document: String) throws -> String {
        guard case .object(let members) = try JSONParser.parse(Array(document.utf8)),
            case .string(let text)? = members[name]
        else { throw BenchError("no \(name) in \(document)") }
        return text
    }

    // MARK: Reads

    private func compareReads(_ gateway: MeasuredProcess, _ api: LoopbackHTTP, _ folder: BenchFolder) throws {
        let list = "/api/v1/status?limit=100"
        let one = "/api/v1/monitors/1/status"
        let documents = ["list": try api.get(list), "one": try api.get(one)]
        let peers = try StatusPeers(in: folder, documents: documents)
        defer { peers.end() }
        Report.note("reads over \(self.connections) connections, one loading thread on the same machine")
        for (path, name) in [(list, "list"), (one, "one")] {
            Report.note("\(path), \(documents[name]?.utf8.count ?? 0) bytes")
            try self.compare(path, name, gateway, api, peers, folder)
        }
    }

    private func compare(
        _ path: String,
        _ file: String,
        _ gateway: MeasuredProcess,
        _ api: LoopbackHTTP,
        _ peers: StatusPeers,
        _ folder: BenchFolder
    ) throws {
        func load(_ port: UInt16, _ path: String, _ rate: Int = 0) throws -> Load {
            try Load(
                port: port,
                path: path,
                connections: self.connections,
                rate: rate,
                seconds: self.window,
                header: api.headers.first,
                in: folder
            )
        }
        /// Answers a second, and processor time for each in microseconds.
        func measure(_ port: UInt16, _ path: String, _ cpu: () -> Int64) throws -> (rate: Double, cpu: Double) {
            let before = cpu()
            let found = try load(port, path)
            return (found.perSecond, Double(cpu() - before) / found.answers)
        }
        var ours: [(rate: Double, cpu: Double)] = []
        var nginx: [(rate: Double, cpu: Double)] = []
        var webdis: [(rate: Double, cpu: Double)] = []
        for _ in 0..<self.rounds {
            ours.append(try measure(api.port, path) { gateway.cpu })
            nginx.append(try measure(peers.nginxPort, "/\(file)") { peers.nginxCPU })
            webdis.append(try measure(peers.webdisPort, "/GET/\(file).txt") { peers.webdisCPU })
        }
        let half = Int(median(ours.map(\.rate)) / 2)
        var p99: [Double] = []
        var nginxP99: [Double] = []
        for _ in 0..<self.rounds {
            p99.append(try load(api.port, path, half).p99 / 1_000)
            nginxP99.append(try load(peers.nginxPort, "/\(file)", half).p99 / 1_000)
        }
        for (name, found) in [("gateway", ours), ("nginx serving a file", nginx), ("webdis", webdis)] {
            let cpu = decimal(median(found.map(\.cpu)), 1)
            Report.figure("\(name), answers/s", "\(decimal(median(found.map(\.rate)), 0)), \(cpu) µs of CPU each")
        }
        let ratio = median(zip(ours, nginx).map { $0.rate / $1.rate })
        let double = median(zip(ours, webdis).map { $0.rate / $1.rate })
        Report.bar("gateway / nginx", "\(decimal(ratio, 2)) ×", "≥ 1 ×", isReached: ratio >= 1)
        Report.bar("gateway / webdis", "\(decimal(double, 2)) ×", "≥ 2 ×", isReached: double >= 2)
        Report.figure("nginx, p99 at the same load, ms", decimal(median(nginxP99), 2))
        let late = median(p99)
        Report.bar("gateway, p99 at half load (\(half)/s), ms", decimal(late, 2), "< 1", isReached: late < 1)
    }

    // MARK: Attackers

    /// How long a client that behaves waits, while others do not and while they are gone, taking turns.
    private func attack(_ api: LoopbackHTTP, _ folder: BenchFolder) throws {
        Report.note("a neighbour of attackers: 500 statuses a second over 8 connections; calm, then under attack")
        func ask() throws -> Load {
            try Load(
                port: api.port,
                path: "/api/v1/monitors/1/status",
                connections: 8,
                rate: 500,
                seconds: self.window,
                header: api.headers.first,
                in: folder
            )
        }
        for kind in Attackers.Kind.allCases {
            var calm: [Load] = []
            var attacked: [Load] = []
            for _ in 0..<self.rounds {
                calm.append(try ask())
                let attackers = Attackers(kind, port: api.port, header: api.headers.first ?? "")
                defer { attackers.end() }
                attacked.append(try ask())
            }
            let figures = [calm, attacked].map { loads in
                let (p50, p99) = (median(loads.map(\.p50)), median(loads.map(\.p99)))
                return "p50 \(decimal(p50 / 1_000, 2)), p99 \(decimal(p99 / 1_000, 2))"
            }
            Report.figure("\(kind.rawValue), ms", figures.joined(separator: "; "))
        }
    }

    // MARK: Live events

    private func listen(
        _ gateway: MeasuredProcess,
        _ api: LoopbackHTTP,
        _ feed: BoardFeed,
        _ folder: BenchFolder
    ) throws {
        // Longer than a turn of the feed, so that some monitors go down and others come back as well.
        let seconds: Int64 = 40
        let before = gateway.privateMemory
        let resident = gateway.memory
        let results = feed.change(in: 8, seconds: seconds)
        let clients = try StreamClients(
            self.clients,
            naming: self.monitorsPerClient,
            of: api,
            hearing: results,
            of: feed,
            in: folder
        )
        defer { clients.end() }
        let connected = gateway.privateMemory - before
        let cpu = gateway.cpu
        let heard = try clients.heard(seconds: Int(seconds) + 60)
        let used = Double(gateway.cpu - cpu) / Double(seconds) / 10_000
        let cost = max(connected, gateway.privateMemory - before, gateway.memory - resident)
        Report.note("\(self.clients) clients of live events, each naming \(self.monitorsPerClient) monitors")
        Report.figure("once they are connected, MB of the gateway's memory", decimal(Double(connected) / 1e6, 1))
        Report.bar(
            "after all events, MB",
            decimal(Double(cost) / 1e6, 1),
            "≤ 50",
            isReached: cost <= 50_000_000
        )
        for (name, count) in [
            ("changes of state", heard.changes), ("results of named monitors", heard.results),
            ("incidents", heard.incidents),
        ] {
            Report.bar("\(name) missed, of \(count.due)", "\(count.missing)", "0", isReached: count.missing == 0)
        }
        let faults = "\(heard.doubled), \(heard.disordered), \(heard.closed)"
        Report.bar("twice, out of order, cut off", faults, "0, 0, 0", isReached: faults == "0, 0, 0")
        Report.figure("from a result's slot to its change at a client, ms", "p50 \(heard.p50), p99 \(heard.p99)")
        Report.figure("gateway's CPU meanwhile, % of one processor", decimal(used, 1))
    }
}
