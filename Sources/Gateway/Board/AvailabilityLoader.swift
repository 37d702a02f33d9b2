import History
import Postgres
import Service

/// Computes the availability that cards show from the books, when it is asked for and every half minute.
///
/// While PostgreSQL is away what was computed last goes on to be shown, with its age.
final class AvailabilityLoader: Sendable {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour
    private static let month = 30 * day

    private let cache = AvailabilityCache()
    private let loader: DemandLoader

    /// Computes from `database`; `board` says which regions there are, and until when something is known.
    init(_ database: String, board: Board, log: Log, timeout: Duration = .seconds(5)) {
        let cache = self.cache
        self.loader = DemandLoader("availability", log: log) {
            var connection: PostgresConnection?
            return { ids in
                let open =
                    try connection
                    ?? PostgresConnection(database, timeout: timeout, applicationName: "apus-availability")
                connection = open
                do {
                    cache.put(try Self.figures(of: ids, board, WallClock.millis, on: open))
                } catch {
                    if !open.isUsable { connection = nil }
                    throw error
                }
            }
        }
    }

    /// The figures of monitors; those of one are missing where PostgreSQL does not answer in time.
    ///
    /// What is a little old is given at once and computed anew behind.
    func of(_ ids: [Int64], now: Int64 = WallClock.millis) -> [Int64: AvailabilityCache.Figures] {
        let known = self.cache.known(ids)
        let isWanted = { (id: Int64) in known[id].map { $0.isStale(now) } ?? true }
        if ids.contains(where: isWanted) {
            self.loader.load(ids.filter { known[$0]?.isDue(now) ?? true }, patience: 100)
            return self.cache.known(ids)
        }
        self.loader.load(ids.filter { known[$0]?.isDue(now) ?? true }, patience: 0)
        return known
    }

    /// The availability of 24 hours of all these monitors, where it is known: what a list is sorted by.
    ///
    /// May be some minutes old, since they are many: only those that are missing are waited for.
    func days(of ids: [Int64], now: Int64 = WallClock.millis) -> [Int64: Double] {
        let (known, due, isMissing) = self.cache.days(of: ids, madeSince: now - 120_000)
        self.loader.load(due, patience: isMissing ? 100 : 0)
        guard isMissing else { return known }
        return self.cache.days(of: ids, madeSince: now - 120_000).known
    }

    /// Whether PostgreSQL did not answer the last time.
    var isAway: Bool { self.loader.isAway }

    /// Ends the thread.
    func stop() { self.loader.stop() }

    private static func figures(
        of ids: [Int64],
        _ board: Board,
        _ now: Int64,
        on connection: PostgresConnection
    ) throws -> [(id: Int64, figures: AvailabilityCache.Figures)] {
        let entries = board.entries(ids)
        var tracks: [HistoryQueries.SpanTrack] = []
        for entry in entries {
            tracks.append(.init(monitor: entry.id, region: "", from: now - self.month))
            for region in entry.facts.regions {
                tracks.append(.init(monitor: entry.id, region: region, from: now - self.hour))
            }
        }
        var spans = try HistoryQueries.spans(of: tracks, on: connection)[...]
        return entries.map { entry in
            let known = entry.knownUntil(now)
            let whole = spans.removeFirst()
            func figure(_ length: Int64, _ spans: [Span]) -> AvailabilityCache.Figure {
                AvailabilityCache.Figure(spans, length: length, now: now, known: known)
            }
            let figures = AvailabilityCache.Figures(
                hour: figure(self.hour, whole),
                day: figure(self.day, whole),
                month: figure(self.month, whole),
                regions: entry.facts.regions.map { ($0, figure(self.hour, spans.removeFirst())) },
                asOf: now
            )
            return (entry.id, figures)
        }
    }
}
