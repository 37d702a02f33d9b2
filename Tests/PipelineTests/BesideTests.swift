import Events
import Glibc
import Kafka
import PrivateServers
import Service
import TestServers
import Testing

extension PipelineTests {
    /// What comes from beside: a second processor, records that make no sense, and those who read the metrics.
    @Suite(.serialized, .timeLimit(.minutes(5))) struct BesideTests {
        @Test func `poison records are put aside, a second processor may come and go, and metrics are in order`() throws
        {
            let watched = try WatchedStack(.embedded)
            try Self.poison(watched)
            try Self.secondProcessor(watched)
            try Self.metrics(watched)
            try watched.stack.stop()
        }

        // MARK: Poison

        /// Every record that nobody can make sense of becomes a dead letter of both readers; neighbours go on.
        private static func poison(_ watched: WatchedStack) throws {
            let monitor = watched.monitors[0]
            let future = unixMillis() + 600_000
            let result = { (id: Int64, slot: Int64) in
                #"{"v":1,"monitor":\#(id),"region":"local","slot":\#(slot),"attempt":0,"startedAt":\#(slot),"#
                    + #""outcome":"up","micros":{"total":1},"pinger":"p","generation":1}"#
            }
            let dead: [(kind: String?, value: String?)] = [
                (nil, "no json"), (nil, ""), (nil, nil), (nil, "[]"), (nil, #"{"v":1}"#),
                (nil, result(monitor, future)), (nil, result(monitor + 1_000, unixMillis())),
                (nil, String(repeating: "[", count: 200_000)),
                ("pulse", "{}"), ("change", #"{"v":1,"defined":{}}"#), ("action", "null"),
                ("push", #"{"monitor":"x"}"#),
                ("nonsense", "{}"),
            ]
            // A monitor that nobody knows is counted and dropped: its key is right, so it is no dead letter.
            let stray = monitor + 5_000
            let producer = try Producer(try watched.stack.kafkaSettings())
            var records = dead.map { Self.record(monitor, $0.kind, $0.value) }
            records.append(Self.record(stray, nil, result(stray, unixMillis())))
            for report in try producer.deliver(records, milliseconds: 5_000) { #expect(report.error == nil) }
            let books = try Books(of: watched.stack)
            for projection in ["processor", "alerter"] {
                try expectSoon("the dead letters of the \(projection)", within: 5) {
                    try books.count("SELECT count(*) FROM dead_letters WHERE projection = '\(projection)'")
                        == Int64(dead.count)
                }
            }
            #expect(watched.api.get("/api/v1/pipeline")?.json["deadLetters"].items.isEmpty == false)
            watched.expectAlert(0, within: 6)
            let truth = try watched.expectTruth()
            #expect(truth.deadLetters == dead.count)
            #expect(truth.dispositions[.unknownMonitor] == 1)
        }

        private static func record(_ monitor: Int64, _ kind: String?, _ value: String?) -> OutgoingRecord {
            OutgoingRecord(
                topic: Topic.results,
                key: Array(String(monitor).utf8),
                value: value.map { Array($0.utf8) },
                headers: kind.map { [OutgoingRecord.Header(Topic.kindHeader, $0)] } ?? []
            )
        }

        // MARK: A second processor

        private static func secondProcessor(_ watched: WatchedStack) throws {
            var command = ChildCommand(try Stack.program("processor"))
            command.environment = watched.stack.besideEnvironment
            command.error = .discarded
            let second = try ChildProcess(command)
            let books = try Books(of: watched.stack)
            let takers = "SELECT count(DISTINCT taken_by) FROM positions WHERE projection = 'processor'"
            expectSoon("the second processor has partitions", within: 25) {
                (try? books.count(takers)) ?? 0 > 1
            }
            watched.expectAlert(1, within: 8)
            second.signal(SIGKILL)
            _ = second.wait(.seconds(5))
            let began = MonotonicClock.millis
            watched.expectAlert(2, within: 8)
            // The first one takes over when the group has noticed.
            expectSoon("one processor serves all again", within: 25) {
                (try? books.count(takers)) == 1 && watched.count("up") == watched.monitors.count
            }
            print("a second processor killed: all served again after \(MonotonicClock.millis - began) ms")
            try watched.expectTruth(within: 30)
        }

        // MARK: Metrics

        /// Every process's metrics are in order and hold what an operator asks for.
        private static func metrics(_ watched: WatchedStack) throws {
            let wanted = [
                "gateway": ["apus_gateway_request_duration_seconds"],
                "processor": [
                    "apus_projection_lag_seconds", "apus_projection_round_seconds", "apus_projection_rounds_total",
                    "apus_projection_dead_letters_total", "apus_processor_duplicate_results_total",
                ],
                "alerter": [
                    "apus_projection_lag_seconds", "apus_alerter_deliveries_pending", "apus_alerter_deliveries_dead",
                ],
                "pinger-local": [
                    "apus_pinger_skipped_slots_total", "apus_pinger_late_slots_total",
                    "apus_pinger_results_dropped_total", "apus_pinger_pulses_total",
                ],
            ]
            let folder = TestFolder.make("metrics")
            for (child, names) in wanted {
                let address = try #require(watched.stack.healthAddress(of: child))
                let answer = try #require(APIClient(address).get("/metrics"))
                #expect(answer.status == 200)
                let present = Set(
                    answer.text.split(separator: "\n").map { line in
                        String(line.prefix { $0 != "{" && $0 != " " })
                    }
                )
                for name in names where !present.contains(where: { $0.hasPrefix(name) }) {
                    Issue.record("\(child) has no \(name)")
                }
                try Self.check(answer.body, of: child, in: folder)
            }
        }

        /// Asks Prometheus' own checker, where it is installed.
        private static func check(_ metrics: [UInt8], of child: String, in folder: String) throws {
            guard unsafe access("/usr/bin/promtool", X_OK) == 0 else { return }
            let file = "\(folder)/\(child)"
            let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
            unsafe _ = write(descriptor, metrics, metrics.count)
            close(descriptor)
            let script = "/usr/bin/promtool check metrics < \(file) > \(file).found 2>&1"
            let exit = try ChildProcess(ChildCommand("/bin/sh", ["-c", script])).wait(.seconds(20))
            #expect(exit == .status(0), "promtool on \(child): \(readText(path: "\(file).found") ?? "")")
        }
    }
}
