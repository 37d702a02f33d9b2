import Glibc
import Kafka
import Postgres
import PrivateServers
import Redis
import Service
import TestServers
import Testing

@testable import Apus

/// The whole product as a user starts it: `apus up` on a fresh data folder, with real processes.
///
/// Ends with its owner. For one thread. The logs of the last run of each test stay in `.build/pipeline-logs`.
final class Stack {
    /// The data folder of `apus up`.
    let data: String
    private let folder: String
    private let logs: String
    private let broker: Broker
    private let regions: [String]
    private let added: [String: String]
    private var apus: ChildProcess?
    private var starts = 0
    /// What `<data>/env` said at the last start.
    private(set) var variables: [String: String] = [:]

    /// Starts everything and waits until the gateway serves.
    ///
    /// `variables` are settings of its environment beyond those that it needs.
    init(_ broker: Broker = .embedded, regions: [String] = ["local"], variables: [String: String] = [:]) throws {
        self.folder = TestFolder.make("stack")
        self.logs = try Self.logFolder()
        self.data = self.folder + "/data"
        self.broker = broker
        self.regions = regions
        self.added = variables
        try self.start()
    }

    deinit {
        self.apus?.signal(SIGKILL)
        _ = self.apus?.wait(.seconds(10))
    }

    /// Starts `apus up` (again) on the data folder, waits until all processes are ready, and returns the seconds until
    /// the gateway served.
    @discardableResult
    func start(patience: Double = 60) throws -> Double {
        self.starts += 1
        unsafe unlink(self.data + "/env")
        var command = ChildCommand(try Self.program("apus"), ["up", "--data", self.data, "--listen", "127.0.0.1:0"])
        for region in self.regions { command.arguments += ["--region", region] }
        command.environment = ["PATH": "/usr/bin:/bin", "HOME": self.folder, "LOG_LEVEL": "info"]
        command.environment?.merge(self.broker.variables) { $1 }
        command.environment?.merge(self.added) { $1 }
        command.error = .file(self.logFile)
        self.apus = try ChildProcess(command)
        let time = expectSoon("apus up serves", within: patience) { self.log.contains("Apus is up: ") }
        self.variables = EnvironmentFile.variables(try #require(readText(path: self.data + "/env")))
        for child in self.childNames {
            expectSoon("\(child) is ready", within: 60) {
                guard let address = self.healthAddress(of: child) else { return false }
                return APIClient(address).get("/readyz")?.status == 200
            }
        }
        return time
    }

    /// Ends everything as Ctrl-C does; returns the seconds it took.
    ///
    /// No child may be left.
    @discardableResult
    func stop() throws -> Double {
        let before = self.descendants()
        let began = MonotonicClock.millis
        let apus = try #require(self.apus)
        apus.signal(SIGINT)
        #expect(apus.wait(.seconds(15)) == .status(0), "apus up ends in order")
        let seconds = Double(MonotonicClock.millis - began) / 1_000
        expectSoon("no process is left", within: 1) { before.allSatisfy { !Self.isAlive($0) } }
        return seconds
    }

    /// Kills `apus` itself, as a crash or the kernel would; nothing that it started may stay.
    func crash() throws {
        let before = self.descendants()
        let apus = try #require(self.apus)
        apus.signal(SIGKILL)
        _ = apus.wait(.seconds(5))
        // PostgreSQL is asked for a fast shutdown by the kernel and takes its time.
        expectSoon("no orphan is left", within: 15) { before.allSatisfy { !Self.isAlive($0) } }
    }

    // MARK: What it says

    private var logFile: String { "\(self.logs)-\(self.starts).log" }

    /// The merged log of the last start.
    var log: String { readText(path: self.logFile) ?? "" }

    /// Where the logs of this test go: a path to which a number is added; what an earlier run left there is removed.
    private static func logFolder() throws -> String {
        let programs = try self.program("apus")
        let folder = programs[..<(programs.lastIndex(of: "/") ?? programs.endIndex)] + "/pipeline-logs"
        unsafe mkdir(String(folder), 0o755)
        let words = (Test.current?.name ?? "test").map { $0.isLetter || $0.isNumber ? $0 : "-" }
        let path = "\(folder)/\(String(words).prefix(100))"
        for start in 1...9 { unsafe unlink("\(path)-\(start).log") }
        return path
    }

    /// The health address of a child by its name in the merged log, such as `pinger-eu-2`.
    func healthAddress(of child: String) -> HostAndPort? {
        let line = self.log.split(separator: "\n").last { line in
            line.contains(" \(child) ") && line.contains(" started version=")
        }
        guard let field = line?.split(separator: " ").last(where: { $0.hasPrefix("health=") }) else { return nil }
        return HostAndPort(String(field.dropFirst(7)))
    }

    /// The names of the children in the merged log.
    var childNames: [String] {
        ChildPlan(regions: self.regions, listen: HostAndPort(host: "", port: 0), publicURL: "").children.map(\.name)
    }

    // MARK: Its processes

    /// The children that run a program now; a pinger may be asked for by its region.
    func processes(_ program: String, region: String? = nil) -> [Int32] {
        Self.children(of: self.processID, program).filter { id in
            guard let region else { return true }
            let environment = readText(path: "/proc/\(id)/environ") ?? ""
            return environment.split(separator: "\0").contains("PINGER_REGION=\(region)")
        }
    }

    /// The process of `apus up` itself.
    var processID: Int32 { self.apus?.id ?? 0 }

    /// The children of a process that run a program now.
    static func children(of parent: Int32, _ program: String) -> [Int32] {
        TestServers.processes(under: parent).filter { readText(path: "/proc/\($0)/comm") == program + "\n" }
    }

    /// Sends a signal to the children that run a program; returns how many there were.
    @discardableResult
    func signal(_ number: Int32, _ program: String, region: String? = nil) -> Int {
        let ids = self.processes(program, region: region)
        for id in ids { _ = kill(id, number) }
        return ids.count
    }

    /// The main process of the private PostgreSQL and its backends.
    var postgresProcesses: [Int32] {
        self.processes("postgres").flatMap { [$0] + TestServers.processes(under: $0) }
    }

    private func descendants() -> [Int32] {
        guard let apus = self.apus else { return [] }
        let children = TestServers.processes(under: apus.id)
        return children + children.flatMap { TestServers.processes(under: $0) }
    }

    private static func isAlive(_ id: Int32) -> Bool {
        guard kill(id, 0) == 0, let stat = readText(path: "/proc/\(id)/stat") else { return false }
        return !stat.contains(") Z ")
    }

    /// A program that was built, looked for beside and above the test's own.
    static func program(_ name: String) throws -> String {
        var own = [CChar](repeating: 0, count: 4_096)
        _ = unsafe readlink("/proc/self/exe", &own, own.count - 1)
        var folder = String(decoding: own.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        while let slash = folder.lastIndex(of: "/") {
            folder = String(folder[..<slash])
            for candidate in ["\(folder)/\(name)", "\(folder)/.build/debug/\(name)"]
            where unsafe access(candidate, X_OK) == 0 { return candidate }
        }
        throw VerbError("\(name) was not built", code: 1)
    }

    // MARK: Its stores

    /// A client of the API with the administrator's key.
    func api() throws -> APIClient {
        let url = try #require(self.variables["APUS_URL"])
        let address = try #require(HostAndPort(String(url.dropFirst("http://".count))))
        return APIClient(address, key: self.variables["APUS_ADMIN_KEY"])
    }

    /// A connection of the test's own to the database.
    func database() throws -> PostgresConnection {
        try PostgresConnection(try #require(self.variables["DATABASE_URL"]), applicationName: "test")
    }

    /// A connection of the test's own to Redis.
    func redis() throws -> RedisConnection {
        RedisConnection(try RedisURL(try #require(self.variables["REDIS_URL"])))
    }

    /// How to reach the log.
    func kafkaSettings() throws -> KafkaSettings {
        KafkaSettings(
            brokers: try #require(self.variables["KAFKA_BROKERS"]),
            isEmbedded: self.variables["APUS_EMBEDDED_BROKER"] == "true",
            clientID: "pipeline-tests"
        )
    }

    /// The environment of a further process beside this stack, as `<data>/env` gives it.
    var besideEnvironment: [String: String] {
        self.variables.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
    }
}
