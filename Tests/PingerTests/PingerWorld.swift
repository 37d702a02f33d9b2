import Crypto
import Events
import Glibc
import Kafka
import PrivateServers
import Service
import TestServers
import Testing

/// An embedded broker with the topics of the product, pingers as real processes, and what they wrote to the log.
final class PingerWorld {
    static let key = SecretKey()

    let broker: EmbeddedBroker
    private let kafka: KafkaSettings
    private let producer: Producer
    private let reader: Consumer
    private var children: [ChildProcess] = []
    private let folder = TestFolder.make("pinger")

    private(set) var results: [CheckResult] = []
    private(set) var pulses: [Pulse] = []
    /// In which partition the pulses were found.
    private(set) var pulsePartitions: [Int] = []

    init() throws {
        self.broker = try EmbeddedBroker()
        try self.broker.createTopic(Topic.results, partitions: Topic.embeddedPartitions)
        try self.broker.createTopic(Topic.monitors, partitions: Topic.shares)
        self.kafka = KafkaSettings(brokers: self.broker.bootstrap, isEmbedded: true)
        self.producer = try Producer(self.kafka)
        self.reader = try Consumer(self.kafka, ConsumerOptions(membership: .none()))
        try self.reader.assign(
            (0..<Topic.embeddedPartitions).map {
                LogPosition(Topic.results, Int32($0), offset: LogPosition.beginning)
            }
        )
    }

    deinit {
        for child in self.children { child.signal(SIGKILL) }
        self.reader.close(milliseconds: 1_000)
        self.producer.close(milliseconds: 1_000)
    }

    /// Starts a pinger, which dies with this process.
    func start(_ name: String, region: String = "eu") throws -> ChildProcess {
        var command = ChildCommand(try Self.program())
        command.environment = [
            "KAFKA_BROKERS": self.kafka.brokers, "APUS_EMBEDDED_BROKER": "true", "INSTANCE_ID": name,
            "PINGER_REGION": region, "APUS_SECRET_KEY": Self.key.base64, "HEALTH_LISTEN": "127.0.0.1:0",
            "RESULTS_PARTITIONS": "\(Topic.embeddedPartitions)", "LOG_FORMAT": "json", "PINGER_LOOPS": "1",
        ]
        command.error = .file(self.logPath(name))
        let child = try ChildProcess(command)
        self.children.append(child)
        return child
    }

    /// What a pinger has logged.
    func log(of name: String) -> String { readText(path: self.logPath(name)) ?? "" }

    /// A metric's value, read from a pinger's `/metrics`; nil while it can't be had.
    func metric(_ metric: String, of name: String) -> Double? {
        guard let start = self.log(of: name).firstRange(of: "\"health\":\"127.0.0.1:") else { return nil }
        guard let port = UInt16(self.log(of: name)[start.upperBound...].prefix { $0.isNumber }) else { return nil }
        let text = PlainHTTP.get("/metrics", port: port)
        let line = text.split(separator: "\n").first { $0.hasPrefix(metric + " ") || $0.hasPrefix(metric + "{") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }

    /// Writes definitions and waits for the broker.
    func define(_ monitors: [Monitor]) throws {
        for monitor in monitors {
            var value: [UInt8] = []
            monitor.encode(into: &value)
            try self.producer.send(self.record(monitor.id, value))
        }
        try #require(self.producer.flush(milliseconds: 20_000))
    }

    /// Writes bytes, or a tombstone, as a monitor's definition.
    func write(_ monitor: Int64, _ value: [UInt8]?) throws {
        try self.producer.send(self.record(monitor, value))
        try #require(self.producer.flush(milliseconds: 20_000))
    }

    /// Reads the log until the condition holds; false when the time is over.
    func reads(_ limit: Duration, until condition: () -> Bool) throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            guard case .messages(let batch)? = try self.reader.poll(milliseconds: 20) else { continue }
            batch.forEach { message in
                let record = try? Record.decode(
                    kind: message.header(Topic.kindHeader),
                    key: message.key,
                    value: message.value
                )
                switch record {
                case .result(let result): self.results.append(result)
                case .pulse(let pulse):
                    self.pulses.append(pulse)
                    self.pulsePartitions.append(Int(message.topicPartition.partition))
                default: Issue.record("a record that no pinger should write: \(String(describing: record))")
                }
            }
        }
        return true
    }

    /// Which shares a pinger pulsed for since the pulse of this number.
    func shares(of pinger: String, since index: Int = 0) -> Set<Int> {
        Set(self.pulses.dropFirst(index).filter { $0.pinger == pinger }.map(\.share))
    }

    /// The longest time between the starts of two successive checks of any monitor, from `start` on, Unix ms.
    func longestGap(of monitors: [Int64], from start: Int64) -> Int64 {
        var longest: Int64 = 0
        for monitor in monitors {
            let starts = self.results.filter { $0.monitor == monitor && $0.startedAt >= start }.map(\.startedAt)
                .sorted()
            for (earlier, later) in zip([start] + starts, starts) { longest = max(longest, later - earlier) }
        }
        return longest
    }

    private func record(_ monitor: Int64, _ value: [UInt8]?) -> OutgoingRecord {
        OutgoingRecord(
            topic: Topic.monitors,
            partition: Int32(Partitioning.share(of: monitor)),
            key: Array(String(monitor).utf8),
            value: value
        )
    }

    private func logPath(_ name: String) -> String { "\(self.folder)/\(name).log" }

    /// The program lies beside the bundle of the tests.
    private static func program() throws -> String {
        var path = CommandLine.arguments[0]
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") || argument.contains(".xctest/") {
            path = argument
        }
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            if unsafe access("\(path)/pinger", X_OK) == 0 { return "\(path)/pinger" }
        }
        throw PingerMissing()
    }
}

struct PingerMissing: Error {}

/// The simplest HTTP client there is, for `/metrics`.
enum PlainHTTP {
    /// The whole answer as text; empty where there is none.
    static func get(_ path: String, port: UInt16) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { return "" }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        _ = unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += chunk.prefix(count)
        }
    }
}
