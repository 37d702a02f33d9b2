import Events
import Glibc
import Kafka
import Postgres
import PrivateServers
import Service

/// How fast the processor takes a full log into PostgreSQL and Redis, against a bare COPY of the same rows into the
/// same table of the same server.
struct DrainBench: Bench {
    static let name = "drain"
    let monitors = 10_000
    let slots = 40

    func run(in folder: BenchFolder) throws {
        let results = self.monitors * self.slots
        Report.title("drain: \(results) results of \(self.monitors) monitors into PostgreSQL and Redis")
        let installation = try Installation(in: folder)
        defer { installation.end() }
        let partitions = Int32(Topic.embeddedPartitions)
        try self.fill(installation.log)
        var ends: Int64 = 0
        let inspector = try LogInspector(
            KafkaSettings(brokers: installation.log.broker.bootstrap, isEmbedded: true, clientID: "bench")
        )
        for partition in 0..<partitions {
            let marks = try inspector.watermarks(of: TopicPartition(Topic.results, partition))
            guard marks.low == 0 else { throw BenchError("the embedded broker could not hold so many results") }
            ends += marks.high
        }

        let began = MonotonicClock.nanos
        let (processor, health) = try installation.start("processor", ["APUS_WITHOUT_GROUP": "true"])
        let database = try PostgresConnection(installation.postgres.url())
        var first: (at: Int64, offset: Int64)?
        var now = began
        try wait("the processor to reach the log's end", seconds: 60) {
            let read = try self.position(database)
            now = MonotonicClock.nanos
            if first == nil, read > 0 { first = (now, read) }
            return read >= ends
        }
        let seconds = Double(now - began) / 1e9
        let used = Double(processor.cpu) / 1e6
        try wait("the last statuses to reach Redis") {
            try Exposition(port: health).sum("apus_processor_redis_dirty_keys") == 0
        }
        let stored = try database.query("SELECT count(*) FROM results").first?.int64(0) ?? 0
        guard stored == Int64(results) else { throw BenchError("\(stored) of \(results) results were stored") }
        processor.end()

        let copy = try MeasuredProcess(
            "bare-copy",
            "\(folder.programs)/bare-copy",
            [installation.postgres.url(), "results"],
            in: folder
        )
        let figures = try copy.output(seconds: 60).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard figures.count == 2, figures[0] == Double(results) else { throw BenchError("bare-copy: \(figures)") }
        let bare = figures[0] / figures[1] * 1e6
        // From the first round that was seen, since a start takes its time however much there is to do.
        let running = first.map { Double(ends - $0.offset) / (Double(now - $0.at) / 1e9) } ?? .nan
        let whole = Double(results) / seconds
        Report.figure("bare COPY in C, rows/s", decimal(bare, 0))
        Report.figure("processor's CPU a result, µs", decimal(used / Double(results) * 1e6, 2))
        Report.figure("processor with its start, results/s", decimal(whole, 0))
        let rate = running.isFinite ? max(running, whole) : whole
        Report.bar("processor, results/s", decimal(rate, 0), "≥ 100,000", isReached: rate >= 100_000)
        Report.bar("processor / bare COPY", "\(decimal(rate / bare, 2)) ×", "≥ 0.3 ×", isReached: rate / bare >= 0.3)
    }

    private func position(_ database: PostgresConnection) throws -> Int64 {
        do throws(PostgresError) {
            return try database.query("SELECT coalesce(sum(next_offset), 0)::bigint FROM positions").first?.int64(0)
                ?? 0
        } catch {
            // The processor makes the table when it starts.
            if error.state?.code == "42P01" { return 0 }
            throw error
        }
    }

    /// Definitions first, then the results in the order in which pingers would have published them.
    private func fill(_ log: EmbeddedLog) throws {
        let interval: Int64 = 10_000
        let begin = WallClock.millis - Int64(self.slots) * interval
        var records: [OutgoingRecord] = []
        records.reserveCapacity(self.monitors)
        for id in 1...Int64(self.monitors) {
            let monitor = Monitor(
                id: id,
                name: "bench \(id)",
                target: "http://127.0.0.1:9/",
                check: .http(HTTPCheckSettings()),
                interval: interval,
                createdAt: begin - 1
            )
            var value: [UInt8] = []
            Change.defined(monitor).encode(into: &value)
            let headers = [OutgoingRecord.Header(Topic.kindHeader, "change")]
            records.append(
                OutgoingRecord(topic: Topic.results, key: Array("\(id)".utf8), value: value, headers: headers)
            )
        }
        try log.deliver(records)
        for slot in 0..<Int64(self.slots) {
            records.removeAll(keepingCapacity: true)
            for id in 1...Int64(self.monitors) {
                let planned = begin + slot * interval + Slot.phase(of: id, interval: interval)
                var value: [UInt8] = []
                CheckResult(
                    monitor: id,
                    region: "bench",
                    slot: min(planned, WallClock.millis),
                    startedAt: planned + 1,
                    outcome: .up,
                    code: 200,
                    timings: Timings(
                        dns: nil,
                        connect: 210 + id % 97,
                        firstByte: 900 + id % 811,
                        total: 1_200 + id % 977
                    ),
                    address: "127.0.0.1",
                    pinger: "pinger-bench-0",
                    generation: 1
                ).encode(into: &value)
                records.append(OutgoingRecord(topic: Topic.results, key: Array("\(id)".utf8), value: value))
            }
            try log.deliver(records)
        }
    }
}
