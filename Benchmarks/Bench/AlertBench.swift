import Events
import Glibc
import Kafka
import Service

/// From the result that makes a monitor DOWN to its webhook: the result is handed to a producer that does not linger,
/// the alerter commits and sends, and the webhook's last byte is there.
struct AlertBench: Bench {
    static let name = "alert"
    let transitions = 100

    func run(in folder: BenchFolder) throws {
        Report.title("alert: from an UP→DOWN result to the webhook, \(self.transitions) times")
        let receiver = try WebhookReceiver()
        let installation = try Installation(in: folder)
        defer { installation.end() }
        let (_, api) = try installation.startGateway()
        _ = try installation.start("alerter", ["APUS_WITHOUT_GROUP": "true"])
        try api.post(
            "/api/v1/channels",
            "{\"name\":\"bench\",\"type\":\"webhook\",\"url\":\"http://127.0.0.1:\(receiver.port)/\"}"
        )
        for number in 1...self.transitions {
            try api.post(
                "/api/v1/monitors",
                """
                {"name":"Bench \(number)","type":"http","target":"http://127.0.0.1:9/","interval":10,\
                "regions":["bench"],"failureThreshold":1,"recoveryThreshold":1}
                """
            )
        }
        let producer = try Producer(
            KafkaSettings(brokers: installation.log.broker.bootstrap, isEmbedded: true, clientID: "bench-pinger"),
            ProducerOptions(linger: 0)
        )
        // Time for the relay: a result must not come before its monitor.
        usleep(2_000_000)
        try installation.log.pulse("bench")
        for number in 1...self.transitions { try self.publish(.up, Int64(number), producer) }
        usleep(500_000)

        var latencies: [Double] = []
        for number in 1...self.transitions {
            if number % 20 == 0 { try installation.log.pulse("bench") }
            let known = receiver.received.count
            let begin = MonotonicClock.nanos
            try self.publish(.down, Int64(number), producer)
            try wait("the webhook of monitor \(number)", seconds: 10) { receiver.received.count > known }
            let hook = receiver.received[known]
            guard hook.body.contains("incident.opened"), receiver.received.count == known + 1 else {
                throw BenchError("expected one incident.opened, found \(hook.body)")
            }
            latencies.append(Double(hook.at - begin) / 1e6)
        }
        let p99 = quantile(0.99, of: latencies)
        Report.figure("p50, ms", decimal(quantile(0.5, of: latencies)))
        Report.bar("p99, ms", decimal(p99), "≤ 100", isReached: p99 <= 100)
    }

    private func publish(_ outcome: Outcome, _ monitor: Int64, _ producer: Producer) throws {
        let now = WallClock.millis
        var value: [UInt8] = []
        CheckResult(
            monitor: monitor,
            region: "bench",
            slot: now,
            startedAt: now,
            outcome: outcome,
            reason: outcome == .down ? .refused : nil,
            phase: outcome == .down ? .connect : nil,
            timings: Timings(total: 1_000),
            pinger: "bench",
            generation: 1
        ).encode(into: &value)
        let record = OutgoingRecord(topic: Topic.results, key: Array("\(monitor)".utf8), value: value)
        try producer.send(record)
    }
}
