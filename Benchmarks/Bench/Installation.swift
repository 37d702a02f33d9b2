import Events
import Glibc
import PrivateServers
import Service
import TestServers

/// The stores and some of the processes of Apus, as `apus up` would start them.
final class Installation {
    let log: EmbeddedLog
    let postgres: PrivatePostgres
    let redis: PrivateRedis
    private let folder: BenchFolder
    private var processes: [MeasuredProcess] = []

    /// The key of the first administrator.
    static let adminKey = "bench-bench-bench-bench"

    init(in folder: BenchFolder, durability: PrivatePostgres.Durability = .durable) throws {
        self.folder = folder
        self.log = try EmbeddedLog()
        self.postgres = try PrivatePostgres(folder: "\(folder.path)/postgresql", durability: durability)
        self.redis = try PrivateRedis(folder: "\(folder.path)/redis")
    }

    /// Starts a process and waits until it serves its health; returns it with the port of its health.
    func start(
        _ name: String,
        _ variables: [String: String] = [:]
    ) throws -> (process: MeasuredProcess, health: UInt16) {
        let own = [
            "DATABASE_URL": self.postgres.url(), "REDIS_URL": self.redis.url(),
            "APUS_SECRET_KEY": "YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggMTI=", "APUS_ADMIN_KEY": Self.adminKey,
            "HEALTH_LISTEN": "127.0.0.1:0", "LOG_FORMAT": "json",
        ]
        let process = try MeasuredProcess(
            name,
            "\(self.folder.programs)/\(name)",
            environment: self.log.variables.merging(own) { $1 }.merging(variables) { $1 },
            in: self.folder
        )
        self.processes.append(process)
        return (process, try port(process.announced(after: "\"health\":\"127.0.0.1:")))
    }

    /// Starts the gateway and returns it with its API, to be used with the first admin's key.
    func startGateway(_ variables: [String: String] = [:]) throws -> (process: MeasuredProcess, api: LoopbackHTTP) {
        let port = LoopbackSocket.closedPort()
        let address = ["GATEWAY_LISTEN": "127.0.0.1:\(port)"]
        let (process, _) = try self.start("gateway", address.merging(variables) { $1 })
        let api = LoopbackHTTP(port: port, headers: ["Authorization: Bearer \(Self.adminKey)"])
        try wait("the gateway to answer") { try api.send("GET", "/api/v1/monitors?limit=1", nil).0 == 200 }
        return (process, api)
    }

    /// Ends everything.
    func end() {
        for process in self.processes.reversed() { process.end() }
        self.redis.stop()
        self.postgres.stop(patience: .seconds(2))
    }
}

/// Waits until `condition` holds, at most `seconds`.
func wait(_ what: String, seconds: Int64 = 30, _ condition: () throws -> Bool) throws {
    let deadline = MonotonicClock.millis + seconds * 1_000
    while try !condition() {
        guard MonotonicClock.millis < deadline else { throw BenchError("waited \(seconds) s in vain for \(what)") }
        usleep(20_000)
    }
}
