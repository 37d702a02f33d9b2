import Events
import HTTPServer
import History
import JSON
import Postgres
import Service

/// The history of a site: one row for each confirmed run of UP or DOWN, the first one INITIAL, when it was added.
///
/// Slow counts as UP. What nobody knows makes no row: a run goes on behind it.
enum SiteHistory {
    /// What a row says of the site.
    enum Status: String, CaseIterable {
        case initial = "INITIAL"
        case up = "UP"
        case down = "DOWN"
    }

    /// One row; times in Unix ms.
    struct Row: Equatable {
        let status: Status
        /// Of the newest check of the run; `nil`: there was no answer, or the check is kept no longer.
        var responseTime: Int64?
        /// The newest check of the run.
        var lastChecked: Int64
        /// When the run began.
        let lastChange: Int64
    }

    /// Which rows are wanted, in which order.
    struct Query {
        enum Order: String, CaseIterable {
            case asc, desc
        }

        private let page: Int64
        private let pageSize: Int64?
        private let status: Status?
        private let from: Int64?
        private let to: Int64?
        private let isNewestFirst: Bool

        /// Reads the query; without any of its parameters all rows are wanted.
        init(_ request: HTTPRequest) throws {
            let form = try FormReader(query: request)
            self.page = form.integer("page", 1...1_000_000, default: 1)
            let isPaged = form.contains("page") || form.contains("page_size")
            let size = form.integer("page_size", 1...1_000, default: 50)
            self.pageSize = isPaged ? size : nil
            self.status = form.word("status", of: Status.self)
            self.from = form.moment("from")
            self.to = form.moment("to")
            self.isNewestFirst = form.word("sort", of: Order.self) == .desc
            try form.finish()
        }

        /// Picks them.
        func select(_ rows: [Row]) -> [Row] {
            var selected = rows.filter { row in
                (self.status == nil || row.status == self.status) && row.lastChange >= self.from ?? .min
                    && row.lastChange < self.to ?? .max
            }
            if self.isNewestFirst { selected.reverse() }
            guard let size = self.pageSize else { return selected }
            return Array(selected.dropFirst(Int((self.page - 1) * size)).prefix(Int(size)))
        }
    }

    /// All rows of a site, the oldest first.
    static func read(_ site: Monitor, on connection: PostgresConnection) throws -> [Row] {
        let track = HistoryQueries.SpanTrack(monitor: site.id, region: "", from: 0)
        let spans = try HistoryQueries.spans(of: [track], on: connection).first ?? []
        let runs = self.runs(spans, until: WallClock.millis + 1)
        let checks = try HistoryQueries.newestChecks(
            of: site.id,
            in: runs.map { .init(range: $0.range, isDown: $0.status == .down) },
            on: connection
        )
        var rows = [Row(status: .initial, lastChecked: site.createdAt, lastChange: site.createdAt)]
        for (run, check) in zip(runs, checks) {
            let begin = run.range.lowerBound
            var row = Row(status: run.status, lastChecked: begin, lastChange: begin)
            if let check {
                row.lastChecked = max(check.slot, begin)
                if run.status == .up { row.responseTime = check.latency.map { ($0 + 500) / 1_000 } }
            }
            rows.append(row)
        }
        return rows
    }

    /// The confirmed runs in `spans`, each up to the next one.
    static func runs(_ spans: [Span], until end: Int64) -> [(status: Status, range: Range<Int64>)] {
        var begins: [(status: Status, at: Int64)] = []
        for span in spans {
            let status: Status
            switch span.state {
            case .up: status = .up
            case .down: status = .down
            case .unknown, .paused: continue
            }
            if begins.last?.status != status { begins.append((status, span.from)) }
        }
        return begins.indices.map { index in
            let next = index + 1 < begins.count ? begins[index + 1].at : end
            return (begins[index].status, begins[index].at..<max(next, begins[index].at))
        }
    }

    /// The rows as the interface answers them.
    static func render(_ rows: [Row]) -> [UInt8] {
        var writer = JSONWriter(capacity: 160 * rows.count + 16)
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.member("status", row.status.rawValue)
            writer.member("response_time_ms", row.responseTime)
            writer.member("last_checked", time: row.lastChecked)
            writer.member("last_status_change", time: row.lastChange)
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}
