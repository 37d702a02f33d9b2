import Crypto
import Events
import HTTPServer
import JSON
import Kafka
import Postgres
import Redis
import Schema
import Service
import TestServers
import Testing

@testable import Gateway

@Suite(.serialized, .timeLimit(.minutes(2))) struct RelayTests {
    /// A gateway's managing side on a database and a broker of its own.
    private final class Bench {
        let broker: EmbeddedBroker
        let kafka: KafkaSettings
        let url: String
        let pool: PostgresPool
        let settings: GatewaySettings
        let sealer: Sealer
        let producer: Producer
        let log = Log(process: "test", level: .error)

        init(broker: EmbeddedBroker? = nil, url: String? = nil) throws {
            if let broker {
                self.broker = broker
            } else {
                self.broker = try EmbeddedBroker()
                try self.broker.createTopic(Topic.results, partitions: Topic.embeddedPartitions)
                try self.broker.createTopic(Topic.monitors, partitions: Topic.shares)
                try self.broker.createTopic(Topic.settings, partitions: 1)
            }
            self.url = try url ?? PostgresServer.database()
            var reader = SettingsReader(environment: [
                "KAFKA_BROKERS": self.broker.bootstrap, "APUS_EMBEDDED_BROKER": "true", "DATABASE_URL": self.url,
                "REDIS_URL": "redis://127.0.0.1:1", "APUS_SECRET_KEY": SecretKey().base64,
            ])
            self.settings = GatewaySettings(reading: &reader)
            self.kafka = self.settings.kafka
            self.pool = try PostgresPool(self.url, size: 4)
            try self.pool.withConnection { _ = try Schema.migrate($0) }
            self.sealer = Sealer(self.settings.secretKey)
            self.producer = try Producer(self.kafka)
        }

        func relay(_ name: String = "relay") -> Relay {
            Relay(
                self.settings,
                instance: name,
                producer: self.producer,
                metrics: RelayMetrics(Metrics()),
                health: Health(),
                log: self.log
            )
        }

        func store(_ relay: Relay) -> MonitorStore {
            MonitorStore(self.pool, sealer: self.sealer) { relay.rouse() }
        }

        func add(_ store: MonitorStore, _ name: String = "m") throws -> Monitor {
            let text = #"{"name":"\#(name)","type":"http","target":"http://127.0.0.1:1/","bearerToken":"hush"}"#
            return try store.add(try MonitorDocument.read(try JSONParser.parse(Array(text.utf8))), by: .test).monitor
        }

        /// Reads `topic` again and again until `isDone` accepts everything that it holds.
        func records(
            of topic: String,
            until isDone: ([(key: String, kind: String?, value: [UInt8]?)]) -> Bool
        ) throws -> [(key: String, kind: String?, value: [UInt8]?)] {
            let deadline = ContinuousClock.now + .seconds(20)
            let reader = try TopicReader(self.kafka, topic: topic)
            var records: [(key: String, kind: String?, value: [UInt8]?)] = []
            repeat {
                try reader.readToEnd { message in
                    records.append(
                        (
                            String(decoding: message.key ?? [], as: UTF8.self), message.header(Topic.kindHeader),
                            message.value
                        )
                    )
                }
            } while !isDone(records) && ContinuousClock.now < deadline
            return records
        }

        func outboxIsEmpty() throws -> Bool {
            try self.pool.withConnection { try Outbox.oldest($0, limit: 1).isEmpty }
        }
    }

    @Test func `an edit is told as a change first and as a definition after it, without its secrets`() throws {
        let bench = try Bench()
        let relay = bench.relay()
        relay.start()
        defer { relay.stop() }
        let store = bench.store(relay)
        let monitor = try bench.add(store)
        let definitions = try bench.records(of: Topic.monitors) { !$0.isEmpty }
        let changes = try bench.records(of: Topic.results) { !$0.isEmpty }
        #expect(definitions.map(\.key) == [String(monitor.id)])
        #expect(changes.map(\.kind) == ["change"])
        let value = try #require(definitions.first?.value)
        #expect(try decoded(value) == monitor)
        #expect(!String(decoding: value, as: UTF8.self).contains("hush"))
        #expect(try change(changes.first?.value) == .defined(monitor))
    }

    @Test func `a deletion is a change of a higher generation and a tombstone`() throws {
        let bench = try Bench()
        let relay = bench.relay()
        relay.start()
        defer { relay.stop() }
        let store = bench.store(relay)
        let monitor = try bench.add(store)
        try store.remove(monitor.id, expected: 1, by: .test)
        let definitions = try bench.records(of: Topic.monitors) { $0.count >= 2 }
        #expect(definitions.last?.value == nil)
        let changes = try bench.records(of: Topic.results) { $0.count >= 2 }
        let deletion = try change(changes.last?.value)
        #expect(deletion.monitor == monitor.id && deletion.generation == 2)
    }

    @Test func `what was written while the broker was away is told when it is back`() throws {
        let bench = try Bench()
        bench.broker.goDown()
        let relay = bench.relay()
        relay.start()
        defer { relay.stop() }
        let monitor = try bench.add(bench.store(relay))
        #expect(try !bench.outboxIsEmpty())
        bench.broker.comeUp()
        let definitions = try bench.records(of: Topic.monitors) { !$0.isEmpty }
        #expect(definitions.first?.key == String(monitor.id))
    }

    @Test func `a recreated log is told everything again`() throws {
        let first = try Bench()
        let relay = first.relay()
        relay.start()
        let monitor = try first.add(first.store(relay))
        _ = try first.records(of: Topic.monitors) { !$0.isEmpty }
        relay.stop()
        let second = try Bench(url: first.url)
        let successor = second.relay()
        successor.start()
        defer { successor.stop() }
        let changes = try second.records(of: Topic.results) { !$0.isEmpty }
        let definitions = try second.records(of: Topic.monitors) { !$0.isEmpty }
        #expect(try decoded(definitions.first?.value) == monitor)
        #expect(changes.first?.kind == "change")
    }

    @Test func `a restored backup raises generations past the topic's and forgets what it does not know`() throws {
        let bench = try Bench()
        let relay = bench.relay()
        let store = bench.store(relay)
        let monitor = try bench.add(store)
        var ahead = monitor
        ahead.generation = 9
        var stranger = monitor
        stranger.id = 4_711
        for definition in [ahead, stranger] {
            var value: [UInt8] = []
            definition.encode(into: &value)
            let record = OutgoingRecord(topic: Topic.monitors, key: Array(String(definition.id).utf8), value: value)
            _ = try bench.producer.deliver([record], milliseconds: 10_000)
        }
        try bench.pool.withConnection { _ = try $0.query("DELETE FROM relay_outbox") }
        relay.start()
        defer { relay.stop() }
        let definitions = try bench.records(of: Topic.monitors) { records in
            records.contains { $0.key == "4711" && $0.value == nil } && records.count >= 4
        }
        #expect(try decoded(definitions.last { $0.key == String(monitor.id) }?.value).generation == 10)
        #expect(try store.find(monitor.id)?.monitor.generation == 10)
    }

    @Test func `what people do about an incident is told under its monitor's key`() throws {
        let bench = try Bench()
        let relay = bench.relay()
        let monitor = try bench.add(bench.store(relay))
        try bench.pool.withConnection {
            _ = try $0.script(
                """
                INSERT INTO incidents (id, monitor, name, target, started_ms, confirmed_ms)
                VALUES ('inc_a', \(monitor.id), 'm', 'x', 1, 2)
                """
            )
        }
        let actions = IncidentActions(bench.pool) { relay.rouse() }
        let author = Author(HTTPRequest(method: .post, target: "/"))
        var said: [Action] = []
        for text in ["one", "two"] {
            said.append(try actions.add(.comment, to: "inc_a", text: text, person: "Ada", by: author))
        }
        #expect(said[0].at < said[1].at)
        relay.start()
        defer { relay.stop() }
        let records = try bench.records(of: Topic.results) { $0.count { $0.kind == "action" } == 2 }
        let told = try records.filter { $0.kind == "action" }.map { record in
            try Record.decode(kind: record.kind, key: Array(record.key.utf8), value: record.value)
        }
        #expect(told == said.map(Record.action))
        // The change of the monitor precedes them.
        #expect(records.first?.kind == "change")
    }

    @Test func `only one relay works, and a silent one is succeeded`() throws {
        let bench = try Bench()
        let first = try PostgresConnection(bench.url)
        let second = try PostgresConnection(bench.url)
        #expect(try RelayLock(instance: "a").hold(first))
        #expect(try RelayLock(instance: "a").hold(first))
        #expect(try !RelayLock(instance: "b").hold(second))
        try bench.pool.withConnection {
            _ = try $0.query("UPDATE relay_lock SET renewed_at = renewed_at - interval '6 seconds'")
        }
        #expect(try RelayLock(instance: "b").hold(second))
        #expect(throws: PostgresError.self) { try first.query("SELECT 1") }
    }

    @Test func `a lost update is refused and check now raises no generation`() throws {
        let bench = try Bench()
        let store = bench.store(bench.relay())
        let monitor = try bench.add(store)
        let edited = try store.edit(monitor.id, expected: 1, by: .test) { former in
            var draft = former
            draft.monitor.interval = 5_000
            return draft
        }
        #expect(edited.monitor.generation == 2)
        #expect(edited.monitor.updatedAt > monitor.updatedAt)
        #expect(edited.secrets.bearer == "hush")
        #expect(throws: Refusal.self) { try store.edit(monitor.id, expected: 1, by: .test) { $0 } }
        let checked = try store.requestCheck(monitor.id, by: .test)
        #expect(checked.monitor.generation == 2)
        #expect(checked.monitor.checkRequestedAt != nil)
        #expect(throws: Refusal.self) { try store.remove(99, expected: nil, by: .test) }
    }

    @Test func `channels and monitors that are named must exist`() throws {
        let bench = try Bench()
        let store = bench.store(bench.relay())
        let text = #"{"name":"m","type":"tcp","target":"x:1","channels":[7],"dependsOn":[8]}"#
        let draft = try MonitorDocument.read(try JSONParser.parse(Array(text.utf8)))
        #expect(throws: JSONFaults.self) { try store.add(draft, by: .test) }
    }
}

private func decoded(_ value: [UInt8]?) throws -> Monitor {
    let bytes = try #require(value)
    return try Monitor.decode(bytes.span)
}

private func change(_ value: [UInt8]?) throws -> Change {
    let bytes = try #require(value)
    return try Change.decode(bytes.span)
}
