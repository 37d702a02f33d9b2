import Events
import History
import Latest
import Postgres
import Service
import Synchronization

/// Reads the recent results of monitors from the books, for a Redis that has lost them.
///
/// On a connection of its own; while PostgreSQL is away the lists begin anew with what comes. Used by one thread.
final class RecentLoader: Sendable {
    private struct State {
        var connection: PostgresConnection?
        var retryAt = Int64.min
    }

    private let database: String
    private let state = Mutex(State())

    init(_ database: String) { self.database = database }

    /// Puts the stored results of those entries that want them before what they bring themselves.
    func fill(_ entries: inout [LatestEntry]) {
        let wanted = entries.filter(\.wantsRecent).map(\.monitor)
        guard !wanted.isEmpty else { return }
        var stored: [Int64: [CheckResult]] = [:]
        for result in self.load(wanted) { stored[result.result.monitor, default: []].append(result.result) }
        for index in entries.indices where entries[index].wantsRecent {
            let own = entries[index].news.results
            var seen: Set<ResultIdentity> = []
            let monitor = entries[index].monitor
            for (_, result) in own {
                seen.insert(
                    ResultIdentity(monitor: monitor, region: result.region, slot: result.slot, attempt: result.attempt)
                )
            }
            // Nothing is before them: the list is replaced, and all of it is taken.
            let point = LatestPoint(generation: 0, offset: 0)
            let before = (stored[monitor] ?? []).reversed().filter { !seen.contains(ResultIdentity($0)) }
            let all = before.map { (point: point, result: RecentResult($0)) } + own
            entries[index].news.results = Array(all.suffix(LatestKeys.recentCount))
        }
    }

    private func load(_ monitors: [Int64]) -> [HistoryQueries.StoredResult] {
        self.state.withLock { state in
            guard MonotonicClock.millis >= state.retryAt else { return [] }
            do throws(PostgresError) {
                let connection: PostgresConnection
                if let open = state.connection, open.isUsable {
                    connection = open
                } else {
                    connection = try PostgresConnection(
                        self.database,
                        timeout: .seconds(2),
                        applicationName: "apus-processor-recent"
                    )
                }
                state.connection = connection
                return try HistoryQueries.newest(LatestKeys.recentCount, of: monitors, on: connection)
            } catch {
                state.connection = nil
                state.retryAt = MonotonicClock.millis + 5_000
                return []
            }
        }
    }
}
