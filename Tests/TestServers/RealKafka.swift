import Glibc
import PrivateServers
import Synchronization

/// A real Apache Kafka (KRaft) for tests: one node or three, on 127.0.0.1 and ports of the kernel's choice.
///
/// Needs Java 17 and `APUS_TEST_KAFKA`, the path of a folder with Kafka's jars in `libs`.
package final class RealKafka: Sendable {
    /// Whether `APUS_TEST_KAFKA` names a distribution; tests that need it are skipped otherwise.
    package static var isAvailable: Bool { Self.distribution != nil }

    private static let distribution = unsafe getenv("APUS_TEST_KAFKA").map { unsafe String(cString: $0) }
    private static let sharedNode = Mutex<RealKafka?>(nil)

    /// The addresses of all nodes.
    package let bootstrap: String
    private let folder: String
    private let libraries: String
    private let clusterID: String
    private let properties: [String: String]
    /// Two for each node: the broker's and the controller's.
    private let ports: [Int]
    private let children: Mutex<[ChildProcess?]>

    /// The one node that all tests of this process share, started by the first call; use topics of the test's own.
    package static func shared() throws(RealKafkaError) -> RealKafka {
        try self.sharedNode.withLock { (node) throws(RealKafkaError) in
            if let node { return node }
            let new = try RealKafka()
            node = new
            return new
        }
    }

    /// Starts a cluster of the test's own, and waits until every node listens.
    ///
    /// `properties` are server properties that win over the defaults here.
    package init(
        nodes: Int = 1,
        clusterID: String = "YXB1cy10ZXN0LWNsdXN0ZQ",
        properties: [String: String] = [:]
    ) throws(RealKafkaError) {
        guard let distribution = Self.distribution else {
            throw RealKafkaError("APUS_TEST_KAFKA is not set: no Kafka to start")
        }
        self.libraries = distribution + "/libs/*"
        self.clusterID = clusterID
        self.properties = properties
        self.folder = TestFolder.make("kafka")
        self.ports = (0..<2 * nodes).map { _ in Int(LoopbackSocket.closedPort()) }
        self.bootstrap = stride(from: 0, to: self.ports.count, by: 2)
            .map { [ports] in "127.0.0.1:\(ports[$0])" }
            .joined(separator: ",")
        self.children = Mutex(Array(repeating: nil, count: nodes))
        TestFolder.atExit { [self] in self.stop() }
        for node in 1...nodes { try self.start(node) }
        for node in 1...nodes { try self.waitUntilReady(node) }
    }

    /// Kills a node (from 1), as a crash does.
    package func kill(_ node: Int = 1) {
        let child = self.child(node)
        child?.signal(SIGKILL)
        _ = child?.wait(.seconds(10))
    }

    /// Stops a node: its connections stay open, and nothing answers.
    package func freeze(_ node: Int = 1) {
        self.child(node)?.signal(SIGSTOP)
    }

    /// Lets a frozen node go on.
    package func thaw(_ node: Int = 1) {
        self.child(node)?.signal(SIGCONT)
    }

    /// Starts a killed node again with its data, and waits until it listens.
    package func restart(_ node: Int = 1) throws(RealKafkaError) {
        try self.start(node)
        try self.waitUntilReady(node)
    }

    /// Kills all nodes and starts them empty at the same addresses, as a cluster with another id.
    package func replace(clusterID: String) throws(RealKafkaError) {
        let nodes = self.ports.count / 2
        for node in 1...nodes {
            self.kill(node)
            let remove = try? ChildProcess(ChildCommand("/bin/rm", ["-rf", self.folder(node)]))
            _ = remove?.wait(.seconds(10))
        }
        for node in 1...nodes { try self.start(node, clusterID: clusterID) }
        for node in 1...nodes { try self.waitUntilReady(node) }
    }

    /// Kills all nodes; the folder goes when the test process ends.
    package func stop() {
        for node in 1...(self.ports.count / 2) {
            self.kill(node)
        }
    }

    private func child(_ node: Int) -> ChildProcess? {
        self.children.withLock { $0[node - 1] }
    }

    private func folder(_ node: Int) -> String {
        "\(self.folder)/node-\(node)"
    }

    private func start(_ node: Int, clusterID: String? = nil) throws(RealKafkaError) {
        let folder = self.folder(node)
        let isNew = unsafe mkdir(folder, 0o755) == 0
        let file = folder + "/server.properties"
        if isNew {
            try write(self.serverProperties(node), to: file)
            try write(logSettings, to: folder + "/log4j2.properties")
            let arguments = ["kafka.tools.StorageTool", "format", "-t", clusterID ?? self.clusterID, "-c", file]
            guard try self.java(arguments, node).wait(.seconds(30)) == .status(0) else {
                throw RealKafkaError("Kafka's storage can't be formatted: see \(folder)/log")
            }
        }
        let child = try self.java(["kafka.Kafka", file], node)
        self.children.withLock { $0[node - 1] = child }
    }

    private func java(_ arguments: [String], _ node: Int) throws(RealKafkaError) -> ChildProcess {
        let folder = self.folder(node)
        let options = [
            "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dlog4j2.configurationFile=\(folder)/log4j2.properties", "-cp", self.libraries,
        ]
        var command = ChildCommand("/usr/bin/java", options + arguments)
        command.output = .file(folder + "/log")
        command.error = .file(folder + "/log")
        do throws(ChildProcessError) {
            return try ChildProcess(command)
        } catch {
            throw RealKafkaError("\(error): Java 17 is needed (openjdk-17-jre-headless)")
        }
    }

    private func waitUntilReady(_ node: Int) throws(RealKafkaError) {
        let deadline = ContinuousClock.now + .seconds(40)
        while !isListening(self.ports[2 * (node - 1)]) {
            guard self.child(node)?.exit == nil, ContinuousClock.now < deadline else {
                throw RealKafkaError("Kafka's node \(node) did not come up: see \(self.folder(node))/log")
            }
            usleep(50_000)
        }
    }

    private func serverProperties(_ node: Int) -> String {
        let nodes = self.ports.count / 2
        let voters = (1...nodes).map { "\($0)@127.0.0.1:\(self.ports[2 * $0 - 1])" }.joined(separator: ",")
        let port = self.ports[2 * (node - 1)]
        let inSync = nodes > 1 ? 2 : 1
        let defaults = [
            "process.roles": "broker,controller",
            "node.id": "\(node)",
            "controller.quorum.voters": voters,
            "listeners": "PLAINTEXT://127.0.0.1:\(port),CONTROLLER://127.0.0.1:\(self.ports[2 * node - 1])",
            "advertised.listeners": "PLAINTEXT://127.0.0.1:\(port)",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.folder(node) + "/data",
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            "broker.session.timeout.ms": "2000",
            "broker.heartbeat.interval.ms": "500",
            "offsets.topic.num.partitions": "4",
            "offsets.topic.replication.factor": "\(nodes)",
            "transaction.state.log.num.partitions": "4",
            "transaction.state.log.replication.factor": "\(nodes)",
            "transaction.state.log.min.isr": "\(inSync)",
            "share.coordinator.state.topic.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "\(nodes)",
            "share.coordinator.state.topic.min.isr": "\(inSync)",
            "default.replication.factor": "\(nodes)",
            "min.insync.replicas": "\(inSync)",
            "log.cleaner.backoff.ms": "1000",
            "log.retention.check.interval.ms": "1000",
        ]
        return defaults.merging(self.properties) { $1 }.map { "\($0)=\($1)\n" }.sorted().joined()
    }
}

/// Why a Kafka for tests did not start.
package struct RealKafkaError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

private let logSettings = """
    rootLogger.level = warn
    rootLogger.appenderRef.err.ref = err
    appender.err.type = Console
    appender.err.name = err
    appender.err.target = SYSTEM_ERR
    appender.err.layout.type = PatternLayout
    appender.err.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1}: %m%n

    """

private func write(_ text: String, to path: String) throws(RealKafkaError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RealKafkaError("\(path) can't be written") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
        throw RealKafkaError("\(path) can't be written")
    }
}

private func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}

private func withSocket<R>(
    _ address: inout sockaddr_in,
    _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> R
) -> (R, Int32) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return (result, descriptor)
}

private func isListening(_ port: Int) -> Bool {
    var address = loopback(port)
    let (isConnected, descriptor) = unsafe withSocket(&address) { unsafe connect($0, $1, $2) == 0 }
    close(descriptor)
    return isConnected
}
