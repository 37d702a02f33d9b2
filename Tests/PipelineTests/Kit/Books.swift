import Events
import History
import Latest
import Postgres
import Redis
import Testing

/// What the product wrote into PostgreSQL and Redis, held against the truth; each check names the first differences.
struct Books {
    private let database: PostgresConnection
    private let redis: RedisConnection

    init(of stack: Stack) throws {
        self.database = try stack.database()
        self.redis = try stack.redis()
    }

    func query(_ sql: String) throws -> PostgresRows { try self.database.query(sql, timeout: .seconds(20)) }

    func count(_ sql: String) throws -> Int64 { try self.query(sql)[0].int64(0) }

    /// How far a projection's books are: the next offset of each partition.
    func positions(_ projection: String) throws -> [Int: Int64] {
        let rows = try self.query(
            "SELECT partition, coalesce(next_offset, 0) FROM positions WHERE projection = '\(projection)'"
        )
        return try rows.reduce(into: [:]) { $0[Int(try $1.int64(0))] = try $1.int64(1) }
    }

    /// Whether both projections have booked everything before these offsets.
    func haveReached(_ ends: [Int: Int64]) throws -> Bool {
        for projection in ["processor", "alerter"] {
            let positions = try self.positions(projection)
            for (partition, end) in ends where (positions[partition] ?? 0) < end { return false }
        }
        return true
    }

    // MARK: History

    /// The identities of all stored results.
    func results() throws -> [Truth.Identity: Outcome] {
        let rows = try self.query("SELECT monitor, region, \(Self.millis("slot")), attempt, outcome FROM results")
        return try rows.reduce(into: [:]) { results, row in
            let identity = Truth.Identity(
                monitor: try row.int64(0),
                region: try row.text(1),
                slot: try row.int64(2),
                attempt: Int(try row.int64(3))
            )
            results[identity] = Outcome(rawValue: try row.text(4))
        }
    }

    /// Expects exactly the published results, each once (the primary key lets no identity be there twice).
    func expectResults(_ truth: Truth) throws {
        let stored = try self.results()
        expectEqual("results", stored, truth.results.mapValues(\.outcome))
    }

    /// Expects the sums, closed and open, to be those of the stored results.
    func expectRollups(_ truth: Truth) throws {
        for width in RollupWidth.allCases {
            expectEqual("sums of a \(width)", try self.sums(width), try self.recomputed(width, truth))
        }
    }

    func expectSpans(_ truth: Truth) throws {
        var stored: [Truth.SpanKey: [Span]] = [:]
        let rows = try self.query(
            "SELECT monitor, region, \(Self.millis(#""from""#)), state FROM spans ORDER BY monitor, region, \"from\""
        )
        for row in rows {
            let state = try #require(SpanState(rawValue: try row.text(3)))
            let key = Truth.SpanKey(monitor: try row.int64(0), region: try row.text(1))
            stored[key, default: []].append(Span(from: try row.int64(2), state: state))
        }
        expectEqual("spans", stored, truth.spans)
    }

    private func sums(_ width: RollupWidth) throws -> [RollupKey: Rollup] {
        var sums: [RollupKey: Rollup] = [:]
        let table = ["rollups_minute", "rollups_hour", "rollups_day"][width.rawValue]
        let rows = try self.query(
            """
            SELECT monitor, region, \(Self.millis("start")), up, degraded, down, unknown, retries, min_us, max_us,
                sum_us, histogram FROM \(table)
            """
        )
        for row in rows {
            var sum = Rollup()
            (sum.up, sum.degraded) = (try row.int64(3), try row.int64(4))
            (sum.down, sum.unknown) = (try row.int64(5), try row.int64(6))
            (sum.retries, sum.sum) = (try row.int64(7), try row.int64(10))
            (sum.least, sum.greatest) = (try row.int64OrNil(8), try row.int64OrNil(9))
            sum.histogram = try #require(LatencyHistogram(encoded: try row.bytes(11)))
            sums[RollupKey(monitor: try row.int64(0), region: try row.text(1), start: try row.int64(2))] = sum
        }
        for row in try self.query("SELECT monitor, aggregates FROM processor_monitors") {
            let monitor = try row.int64(0)
            try #require(OpenAggregates(encoded: try row.bytes(1))).forEach { openWidth, region, start, sum in
                guard openWidth == width else { return }
                sums[RollupKey(monitor: monitor, region: region, start: start), default: Rollup()].merge(sum)
            }
        }
        return sums
    }

    private func recomputed(_ width: RollupWidth, _ truth: Truth) throws -> [RollupKey: Rollup] {
        var sums: [RollupKey: Rollup] = [:]
        let rows = try self.query(
            "SELECT monitor, region, \(Self.millis("slot")), attempt, outcome, total_us FROM results"
        )
        for row in rows {
            let monitor = try row.int64(0)
            // Minutes are kept of monitors that are checked more often.
            if width == .minute, truth.status(of: monitor)?.definition.interval ?? 0 >= 60_000 { continue }
            let start = width.start(of: try row.int64(2))
            let key = RollupKey(monitor: monitor, region: try row.text(1), start: start)
            let outcome = try #require(Outcome(rawValue: try row.text(4)))
            sums[key, default: Rollup()].add(outcome, attempt: Int(try row.int64(3)), latency: try row.int64OrNil(5))
        }
        return sums
    }

    // MARK: State

    /// Expects the kept state of every monitor to be the truth's, byte for byte, with processor and alerter.
    func expectState(_ truth: Truth) throws {
        var wanted: [Int64: String] = [:]
        for case .monitor(let id, _, let value?) in truth.partitions.flatMap({ $0.allRows() }) {
            wanted[id] = String(decoding: value, as: UTF8.self)
        }
        for (table, column) in [
            ("processor_monitors", "convert_from(state, 'UTF8')"), ("alerter_monitors", "state"),
        ] {
            let rows = try self.query("SELECT monitor, \(column) FROM \(table)")
            let stored = try rows.reduce(into: [Int64: String]()) { $0[try $1.int64(0)] = try $1.text(1) }
            expectEqual(table, stored, wanted)
        }
    }

    /// Expects the incidents of the truth and no others.
    func expectIncidents(_ truth: Truth) throws {
        let rows = try self.query("SELECT id, monitor, started_ms, confirmed_ms, ended_ms, resolution FROM incidents")
        let stored = try rows.reduce(into: [String: String]()) { incidents, row in
            let ended = try row.int64OrNil(4).map(String.init) ?? "open"
            let resolution = try row.textOrNil(5) ?? ""
            incidents[try row.text(0)] =
                "\(try row.int64(1)) \(try row.int64(2)) \(try row.int64(3)) \(ended) \(resolution)"
        }
        let wanted = truth.incidents.mapValues { incident in
            let ended = incident.endedAt.map(String.init) ?? "open"
            let resolution = incident.resolution?.rawValue ?? ""
            return "\(incident.monitor) \(incident.startedAt) \(incident.confirmedAt) \(ended) \(resolution)"
        }
        expectEqual("incidents", stored, wanted)
    }

    /// Expects Redis to show what the truth knows of every monitor, within `seconds`.
    func expectRedis(_ truth: Truth, within seconds: Double = 5) throws {
        for monitor in truth.monitors {
            let status = try #require(truth.status(of: monitor))
            var found: StatusDocument?
            let isRight = try waited(seconds) {
                guard
                    let bytes = try self.redis.command("GET", RedisArgument(LatestKeys.status(monitor))).bytesOrNil(),
                    let document = try? StatusDocument.decode(bytes)
                else { return false }
                found = document
                return document
                    == StatusDocument(status, point: document.point, asOf: document.card?.asOf ?? 0)
            }
            if isRight == nil {
                Issue.record("Redis shows \(String(describing: found)) of monitor \(monitor), the truth is \(status)")
            }
        }
    }

    private static func millis(_ column: String) -> String { "(extract(epoch from \(column)) * 1000)::bigint" }
}

/// Records one issue that names the first differences.
func expectEqual<Key: Hashable, Value: Equatable>(
    _ what: String,
    _ found: [Key: Value],
    _ wanted: [Key: Value],
    location: SourceLocation = #_sourceLocation
) {
    let missing = wanted.keys.filter { found[$0] == nil }
    let extra = found.keys.filter { wanted[$0] == nil }
    let other = wanted.filter { found[$0.key] != nil && found[$0.key] != $0.value }
    guard !missing.isEmpty || !extra.isEmpty || !other.isEmpty else { return }
    var text =
        "\(what): of \(wanted.count), \(missing.count) missing, \(extra.count) too many, \(other.count) different"
    for key in missing.prefix(3) { text += "\n  missing \(key)" }
    for key in extra.prefix(3) { text += "\n  too many \(key)" }
    for (key, value) in other.prefix(2) {
        text += "\n  \(key)\n    found  \(found[key].map { "\($0)" } ?? "")\n    wanted \(value)"
    }
    Issue.record("\(text)", sourceLocation: location)
}
