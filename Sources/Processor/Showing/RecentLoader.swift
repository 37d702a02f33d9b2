import Events
import History
import Latest
import Postgres
import Service
import Synchronization

/// Reads the recent results of monitors from the books, for a Redis that has lost them.
///
/// On a connection of its own. While PostgreSQL is away or slow the lists go on with what comes, and ``takeDue()`` tells
/// when which of them can be completed. Used by one thread.
final class RecentLoader: Sendable {
    private struct State {
        var connection: PostgresConnection?
        var retryAt = Int64.min
        var backoff = Backoff(first: 1_000, limit: 30_000)
        /// The monitors whose lists were begun without what is stored.
        var owed: Set<Int64> = []
        /// Whether anything was read, and whether that failed, since the last ``endPass()``.
        var hasRead = false
        var hasFailed = false

        mutating func wait() {
            self.connection = nil
            self.retryAt = MonotonicClock.millis + self.backoff.next()
            self.hasFailed = true
        }
    }

    private let database: String
    private let state = Mutex(State())

    init(_ database: String) { self.database = database }

    /// Puts the stored results of those entries that want them before what they bring themselves.
    ///
    /// `listed` is what Redis has of them, the newest first: what the books don't have yet stays.
    func fill(_ entries: inout [LatestEntry], listed: [Int64: [RecentResult]]) {
        let wanted = entries.filter(\.wantsRecent).map(\.monitor)
        guard !wanted.isEmpty else { return }
        var stored: [Int64: [CheckResult]] = [:]
        for result in self.load(wanted) { stored[result.result.monitor, default: []].append(result.result) }
        for index in entries.indices where entries[index].wantsRecent {
            let monitor = entries[index].monitor
            let own = entries[index].news.results
            var seen = Set(own.map { ResultIdentity($0.result, of: monitor) })
            let newest = stored[monitor]?.first?.slot ?? .min
            let shown = (listed[monitor] ?? []).filter {
                $0.slot >= newest && seen.insert(ResultIdentity($0, of: monitor)).inserted
            }
            let before = (stored[monitor] ?? []).filter { !seen.contains(ResultIdentity($0)) }.map(RecentResult.init)
            // Nothing is before them: the list is replaced, and all of it is taken.
            let point = LatestPoint(generation: 0, offset: 0)
            let all = (before.reversed() + shown.reversed()).map { (point: point, result: $0) } + own
            entries[index].news.results = Array(all.suffix(LatestKeys.recentCount))
        }
    }

    /// The monitors whose lists were begun without what is stored, once PostgreSQL is there again; told once.
    ///
    /// Takes up to two seconds, ever more rarely.
    func takeDue() -> Set<Int64> {
        self.state.withLock { state in
            guard !state.owed.isEmpty, MonotonicClock.millis >= state.retryAt else { return [] }
            do throws(PostgresError) {
                _ = try self.connection(&state)
                defer { state.owed = [] }
                return state.owed
            } catch {
                state.wait()
                return []
            }
        }
    }

    /// All that was to be filled has been: where nothing failed, the next pause is a short one again.
    ///
    /// One list that could be read does not say so: PostgreSQL may be too slow for the next.
    func endPass() {
        self.state.withLock { state in
            if state.hasRead, !state.hasFailed { state.backoff.reset() }
            (state.hasRead, state.hasFailed) = (false, false)
        }
    }

    private func load(_ monitors: [Int64]) -> [HistoryQueries.StoredResult] {
        self.state.withLock { state in
            guard MonotonicClock.millis >= state.retryAt else {
                state.owed.formUnion(monitors)
                return []
            }
            do throws(PostgresError) {
                let connection = try self.connection(&state)
                state.hasRead = true
                return try HistoryQueries.newest(LatestKeys.recentCount, of: monitors, on: connection)
            } catch {
                state.owed.formUnion(monitors)
                state.wait()
                return []
            }
        }
    }

    private func connection(_ state: inout State) throws(PostgresError) -> PostgresConnection {
        if let open = state.connection, open.isUsable { return open }
        let connection = try PostgresConnection(
            self.database,
            timeout: .seconds(2),
            applicationName: "apus-processor-recent"
        )
        state.connection = connection
        return connection
    }
}

extension ResultIdentity {
    fileprivate init(_ result: RecentResult, of monitor: Int64) {
        self.init(monitor: monitor, region: result.region, slot: result.slot, attempt: result.attempt)
    }
}
