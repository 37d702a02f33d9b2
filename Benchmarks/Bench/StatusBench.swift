import Glibc
import Redis

/// How fast the gateway serves the latest status, against nginx serving a file of the same bytes and webdis serving
/// them from Redis, all over the same kept-alive connections.
struct StatusBench: Bench {
    static let name = "status"
    let monitors = 100
    let connections = 32
    /// Length of one window, in seconds.
    let window = 2
    let rounds = 3

    func run(in folder: BenchFolder) throws {
        Report.title("status: GET over \(self.connections) connections, one loading thread on the same machine")
        let target = try MeasuredProcess("http-target", "\(folder.programs)/http-target", in: folder)
        defer { target.end() }
        let installation = try Installation(in: folder)
        defer { installation.end() }
        let api = try installation.startGateway()
        _ = try installation.start("processor", ["APUS_WITHOUT_GROUP": "true"])
        _ = try installation.start("pinger")
        let url = "http://127.0.0.1:\(try target.announced(after: ""))/"
        for number in 1...self.monitors {
            try api.post(
                "/api/v1/monitors",
                "{\"name\":\"Bench \(number)\",\"type\":\"http\",\"target\":\"\(url)\",\"interval\":60}"
            )
        }
        let list = "/api/v1/status?limit=100"
        var page = ""
        try wait("the first results") {
            page = try api.get(list)
            return page.split(separator: "\"state\":\"up\"", omittingEmptySubsequences: false).count > self.monitors
        }
        let one = try api.get("/api/v1/monitors/1/status")

        let files = try Peers(in: folder, documents: ["list": page, "one": one])
        defer { files.end() }
        try self.compare("status?limit=100", list, page, "list", api, files, folder)
        try self.compare("monitors/1/status", "/api/v1/monitors/1/status", one, "one", api, files, folder)
    }

    private func compare(
        _ name: String,
        _ path: String,
        _ document: String,
        _ file: String,
        _ api: LoopbackHTTP,
        _ peers: Peers,
        _ folder: BenchFolder
    ) throws {
        var ours: [Double] = []
        var nginx: [Double] = []
        var webdis: [Double] = []
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
        for _ in 0..<self.rounds {
            ours.append(try load(api.port, path).perSecond)
            nginx.append(try load(peers.nginxPort, "/\(file)").perSecond)
            webdis.append(try load(peers.webdisPort, "/GET/\(file).txt").perSecond)
        }
        let half = Int(median(ours) / 2)
        var p99: [Double] = []
        var nginxP99: [Double] = []
        for _ in 0..<self.rounds {
            p99.append(try load(api.port, path, half).p99 / 1_000)
            nginxP99.append(try load(peers.nginxPort, "/\(file)", half).p99 / 1_000)
        }
        Report.note("\(name), \(document.utf8.count) bytes")
        Report.figure("gateway, answers/s", decimal(median(ours), 0))
        Report.figure("nginx serving a file, answers/s", decimal(median(nginx), 0))
        Report.figure("webdis, answers/s", decimal(median(webdis), 0))
        let ratio = median(zip(ours, nginx).map { $0 / $1 })
        let double = median(zip(ours, webdis).map { $0 / $1 })
        Report.bar("gateway / nginx", "\(decimal(ratio, 2)) ×", "≥ 1 ×", isReached: ratio >= 1)
        Report.bar("gateway / webdis", "\(decimal(double, 2)) ×", "≥ 2 ×", isReached: double >= 2)
        Report.figure("nginx, p99 at the same load, ms", decimal(median(nginxP99), 2))
        let late = median(p99)
        Report.bar("gateway, p99 at half load (\(half)/s), ms", decimal(late, 2), "< 1", isReached: late < 1)
    }
}

/// nginx and webdis serving the same documents.
private final class Peers {
    let nginxPort: UInt16
    let webdisPort: UInt16
    private var processes: [MeasuredProcess] = []

    init(in folder: BenchFolder, documents: [String: String]) throws {
        self.nginxPort = try freePort()
        self.webdisPort = try freePort()
        let redisPort = try freePort()
        for (name, document) in documents { _ = try folder.write(name, document) }
        let site = try folder.write(
            "nginx.conf",
            """
            daemon off; worker_processes 2; pid \(folder.path)/nginx.pid; error_log \(folder.path)/nginx.error;
            events { worker_connections 4096; }
            http {
                access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; open_file_cache max=100;
                default_type application/json;
                client_body_temp_path \(folder.path)/body; proxy_temp_path \(folder.path)/proxy;
                fastcgi_temp_path \(folder.path)/fastcgi; uwsgi_temp_path \(folder.path)/uwsgi;
                scgi_temp_path \(folder.path)/scgi;
                server { listen 127.0.0.1:\(self.nginxPort); root \(folder.path); }
            }

            """
        )
        let bridge = try folder.write(
            "webdis.json",
            """
            {"redis_host":"127.0.0.1","redis_port":\(redisPort),"http_host":"127.0.0.1",
             "http_port":\(self.webdisPort),"threads":2,"pool_size":20,"daemonize":false,"verbosity":0,
             "logfile":"\(folder.path)/webdis.out","acl":[{"disabled":[]}]}

            """
        )
        func start(_ name: String, _ program: String, _ arguments: [String]) throws {
            self.processes.append(try MeasuredProcess(name, program, arguments, in: folder))
        }
        try start("nginx", "/usr/sbin/nginx", ["-c", site])
        try start(
            "redis-for-webdis",
            "/usr/bin/redis-server",
            ["--bind", "127.0.0.1", "--port", "\(redisPort)", "--save", ""]
        )
        try waitUntilListening(self.nginxPort)
        // Redis closes a connection that speaks HTTP, which is an answer as well; webdis starts once it is there.
        try wait("redis") { try LoopbackHTTP(port: redisPort).send("GET", "/", nil).1 != "errno 111" }
        try start("webdis", "/usr/bin/webdis", [bridge])
        try waitUntilListening(self.webdisPort)
        let redis = RedisConnection(try RedisURL("redis://127.0.0.1:\(redisPort)"))
        for (name, document) in documents {
            try redis.command("SET", RedisArgument(name), RedisArgument(Array(document.utf8)))
        }
    }

    func end() {
        for process in self.processes.reversed() { process.end() }
    }
}
