import Events
import History
import Postgres
import Projections
import Service

/// The books of the processor: reads a partition's rows, and writes what a round changed in its transaction.
///
/// Belongs to the projection's thread.
final class HistoryBooks {
    private let metrics: ProcessorMetrics
    /// The connection whose own tables are made and committed.
    private weak var prepared: PostgresConnection?
    /// The connection of the round that is being written.
    private weak var writing: PostgresConnection?
    /// What the round being written drops or doubles; counted when it is committed.
    private var dropped = 0
    private var doubled = 0

    init(_ metrics: ProcessorMetrics) { self.metrics = metrics }

    /// Reads a partition's state; throws what the connection throws, ``RecordError`` for rows of another version.
    func restore(_ partition: LogPartition, from connection: PostgresConnection) throws -> HistoryState {
        let owned: [PostgresValue] = [.int(Int64(partition.count)), .int(Int64(partition.number))]
        let shares = try connection.query(
            "SELECT state FROM processor_shares WHERE share % $1::integer = $2::integer",
            owned
        ).map { row in try row.bytes(0) }
        let rows = try connection.query(
            "SELECT monitor, state, aggregates FROM processor_monitors WHERE share % $1::integer = $2::integer",
            owned,
            timeout: .seconds(60)
        )
        var monitors: [[UInt8]] = []
        monitors.reserveCapacity(rows.count)
        var aggregates: [Int64: OpenAggregates] = [:]
        for row in rows {
            monitors.append(try row.bytes(1))
            aggregates[try row.int64(0)] = OpenAggregates(encoded: try row.bytes(2)) ?? OpenAggregates()
        }
        let state = try PartitionState(
            partition: Int(partition.number),
            count: Int(partition.count),
            shares: shares,
            monitors: monitors
        )
        return HistoryState(state, aggregates: aggregates)
    }

    /// Writes the pending changes inside the round's transaction.
    func write(_ portions: [Portion<HistoryState>], careful: Bool, on connection: PostgresConnection) throws {
        self.writing = connection
        self.dropped = 0
        self.doubled = 0
        if self.prepared !== connection {
            try ResultRows.prepare(connection)
            try StateRows.prepare(connection)
        }
        for portion in portions { try self.collectRows(portion, on: connection) }
        let floor = try DayPartitions.floor(isHeld: true, on: connection)
        var changes = RollupChanges()
        try self.writeFresh(portions, floor: floor, careful: careful, &changes, on: connection)
        try self.writeOthers(portions, floor: floor, careful: careful, &changes, on: connection)
        for portion in portions {
            for monitor in portion.state.deleted {
                self.stage(monitor, portion.state) { $0.closeAll(of: monitor, &changes) }
            }
        }
        try changes.write(careful: careful, on: connection)
        var spans = SpanChanges()
        for portion in portions { spans.merge(portion.state.spans) }
        try spans.write(on: connection)
        try StateRows.write(portions.map(\.state), on: connection)
    }

    /// Learns that the round is committed.
    func committed() {
        self.prepared = self.writing
        self.metrics.droppedOld.add(self.dropped)
        self.metrics.duplicates.add(self.doubled)
    }

    private func collectRows(_ portion: Portion<HistoryState>, on connection: PostgresConnection) throws {
        let state = portion.state
        state.staged.removeAll(keepingCapacity: true)
        let changed = state.state.takeChangedRows()
        for row in portion.isWhole ? state.state.allRows() : changed {
            switch row {
            case .share(let share, let value): state.shareRows[share] = value
            case .monitor(let id, let share, let value): state.monitorRows[id] = (share, value)
            }
        }
        guard portion.isWhole else { return }
        // Memory is the truth of the state, but sums are sums of stored results.
        state.aggregates = try StateRows.aggregates(portion.partition, on: connection)
        for monitor in state.aggregates.keys where state.monitorRows[monitor] == nil {
            state.deleted.insert(monitor)
            state.monitorRows[monitor] = (0, nil)
        }
    }

    private func writeFresh(
        _ portions: [Portion<HistoryState>],
        floor: Int64,
        careful: Bool,
        _ changes: inout RollupChanges,
        on connection: PostgresConnection
    ) throws {
        guard !careful, portions.contains(where: { !$0.state.fresh.isEmpty }) else { return }
        var rest = portions.lazy.flatMap { portion in portion.state.fresh.lazy.map { (portion.state, $0) } }
            .makeIterator()
        try ResultRows.copy(on: connection) {
            while let (state, result) = rest.next() {
                guard result.slot >= floor else {
                    self.dropped += 1
                    continue
                }
                self.count(result, state, &changes)
                return result
            }
            return nil
        }
    }

    private func writeOthers(
        _ portions: [Portion<HistoryState>],
        floor: Int64,
        careful: Bool,
        _ changes: inout RollupChanges,
        on connection: PostgresConnection
    ) throws {
        var results: [(result: CheckResult, isLate: Bool)] = []
        var owners: [HistoryState] = []
        for portion in portions {
            let fresh = careful ? portion.state.fresh.map { (result: $0, isLate: false) } : []
            for entry in fresh + portion.state.others {
                guard entry.result.slot >= floor else {
                    self.dropped += 1
                    continue
                }
                results.append(entry)
                owners.append(portion.state)
            }
        }
        guard !results.isEmpty else { return }
        for (index, isStored) in try ResultRows.insert(results, on: connection).enumerated() {
            if isStored {
                self.count(results[index].result, owners[index], &changes)
            } else {
                self.doubled += 1
            }
        }
    }

    /// Adds a stored result to the sums.
    private func count(_ result: CheckResult, _ state: HistoryState, _ changes: inout RollupChanges) {
        let minutes = state.frequent.contains(result.monitor)
        self.stage(result.monitor, state) { $0.add(result, minutes: minutes, &changes) }
    }

    private func stage(_ monitor: Int64, _ state: HistoryState, _ body: (inout OpenAggregates) -> Void) {
        if state.staged[monitor] == nil { state.staged[monitor] = state.aggregates[monitor] ?? OpenAggregates() }
        body(&state.staged[monitor, default: OpenAggregates()])
    }
}
