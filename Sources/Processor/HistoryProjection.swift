import Events
import History
import Kafka
import Latest
import Postgres
import Projections
import Service

/// The projection that turns the log into history in PostgreSQL and the latest status in Redis (design §6).
final class HistoryProjection: Projection {
    let name = "processor"
    let definitionsTopic: String? = Topic.monitors

    private let books: HistoryBooks
    private let latest: LatestWriter
    private let metrics: ProcessorMetrics
    /// What is held, so that Redis can be given everything anew.
    private var held: [LogPartition: (state: HistoryState, next: LogPoint)] = [:]
    /// Whether definitions came or went since monitors were counted.
    private var isCountOld = false

    /// A projection that shows what it knows through `latest`.
    init(latest: LatestWriter, metrics: ProcessorMetrics) {
        self.books = HistoryBooks(metrics)
        self.latest = latest
        self.metrics = metrics
    }

    func restore(_ partition: LogPartition, from connection: PostgresConnection) throws -> HistoryState {
        try self.books.restore(partition, from: connection)
    }

    func step(_ record: borrowing Message, at: LogPoint, into state: HistoryState) throws(PoisonRecord) -> Urgency {
        let timestamp = record.timestamp < 0 ? Int64.max / 2 : record.timestamp
        let decoded: Record
        do throws(RecordError) {
            decoded = try Record.decode(kind: record.header(Topic.kindHeader), key: record.key, value: record.value)
            try decoded.checkTime(timestamp: timestamp)
        } catch {
            throw PoisonRecord(error.description)
        }
        self.apply(decoded, timestamp: timestamp, at: LatestPoint(generation: at.generation, offset: at.offset), state)
        return .routine
    }

    func write(_ portions: [Portion<HistoryState>], careful: Bool, on connection: PostgresConnection) throws {
        try self.books.write(portions, careful: careful, on: connection)
    }

    func committed(_ portions: [Portion<HistoryState>]) {
        self.books.committed()
        for portion in portions { portion.state.settle() }
    }

    func ahead(_ portions: [Portion<HistoryState>]) {
        for portion in portions {
            self.metrics.ahead.add(portion.state.fresh.count + portion.state.others.count)
            portion.state.forgetHistory()
        }
    }

    func taken(_ portion: Portion<HistoryState>) {
        self.held[portion.partition] = (portion.state, portion.next)
        self.countMonitors()
        let held = portion.state.state.monitorIDs
        self.show(held, of: portion.state, next: portion.next, withRecent: false)
        self.latest.flush()
    }

    func released(_ portion: Portion<HistoryState>) {
        self.held[portion.partition] = nil
        self.countMonitors()
    }

    func publish(_ portions: [Portion<HistoryState>]) {
        for portion in portions {
            self.held[portion.partition] = (portion.state, portion.next)
            let news = portion.state.news
            guard !news.isEmpty else { continue }
            portion.state.news = LatestNews()
            self.show(news, of: portion.state, next: portion.next)
        }
        let wanted = self.latest.takeWanted()
        if wanted != .some([]) {
            for (state, next) in self.held.values {
                let monitors = state.state.monitorIDs.filter(wanted.contains)
                self.show(monitors, of: state, next: next, withRecent: true)
            }
        }
        self.latest.flush()
        if self.isCountOld { self.countMonitors() }
    }

    func refresh(_ definition: borrowing Message, at: LogPoint, into state: HistoryState) {
        guard let key = definition.key, let id = Int64(String(decoding: key, as: UTF8.self)) else { return }
        let change: Change
        if let value = definition.value {
            guard let monitor = try? Monitor.decode(value.span), monitor.id == id else { return }
            change = .defined(monitor)
        } else {
            // A tombstone: whatever generation we know, it is over.
            guard let known = state.state.monitor(id)?.status?.definition.generation else { return }
            change = .deleted(monitor: id, generation: known + 1, at: state.state.time)
        }
        let point = LatestPoint(generation: at.generation, offset: at.offset)
        self.apply(.change(change), timestamp: Int64.max / 2, at: point, state)
    }

    private func countMonitors() {
        self.isCountOld = false
        self.metrics.monitors.set(self.held.values.reduce(0) { $0 + $1.state.state.monitorIDs.count })
    }

    // MARK: Effects

    private func apply(_ record: Record, timestamp: Int64, at point: LatestPoint, _ state: HistoryState) {
        state.effects.removeAll(keepingCapacity: true)
        state.state.step(record, timestamp: timestamp, &state.effects)
        if case .pulse(let pulse) = record {
            let watch = RegionWatch(pulse)
            state.news.watches[watch.field] = watch
        }
        for effect in state.effects {
            switch effect {
            case .judged(let disposition):
                if case .result(let result) = record { self.keep(result, disposition, at: point, state) }
            case .derived(let result, let disposition): self.keep(result, disposition, at: point, state)
            case .defined(let monitor, .none):
                state.deleted.insert(monitor)
                self.isCountOld = true
            case .span(let correction): state.spans.add(correction)
            case .opened(let incident), .resolved(let incident):
                state.news.monitors[incident.monitor, default: MonitorNews()].add(IncidentNews(incident))
            case .statusChanged(let monitor):
                // Without a result too: time alone changes a status.
                if state.news.monitors[monitor] == nil { state.news.monitors[monitor] = MonitorNews() }
            case .defined(_, .some(let definition)):
                state.learn(definition)
                self.isCountOld = true
            case .changed, .reminded, .acted: break
            }
        }
    }

    private func keep(
        _ result: CheckResult,
        _ disposition: Disposition,
        at point: LatestPoint,
        _ state: HistoryState
    ) {
        switch disposition {
        case .fresh, .annulled:
            state.fresh.append(result)
            state.news.monitors[result.monitor, default: MonitorNews()].add(result, at: point)
        case .duplicate: state.others.append((result, false))
        case .late:
            self.metrics.late.add()
            state.others.append((result, true))
        case .staleGeneration, .paused:
            self.metrics.stale.add()
            state.others.append((result, false))
        case .unknownMonitor: self.metrics.droppedUnknown.add()
        case .deletedMonitor: self.metrics.droppedDeleted.add()
        }
    }

    private func show(_ news: LatestNews, of state: HistoryState, next: LogPoint) {
        let point = LatestPoint(generation: next.generation, offset: next.offset)
        for (monitor, its) in news.monitors {
            var entry = LatestEntry(monitor, state.state.status(of: monitor), point: point, asOf: state.state.time)
            entry.news = its
            self.latest.put(entry)
        }
        for watch in news.watches.values { self.latest.put(watch) }
    }

    private func show(
        _ monitors: some Sequence<Int64>,
        of state: HistoryState,
        next: LogPoint,
        withRecent: Bool
    ) {
        let point = LatestPoint(generation: next.generation, offset: next.offset)
        for monitor in monitors {
            var entry = LatestEntry(monitor, state.state.status(of: monitor), point: point, asOf: state.state.time)
            entry.wantsRecent = withRecent
            self.latest.put(entry)
        }
    }
}
