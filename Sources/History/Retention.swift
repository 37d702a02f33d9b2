package import Postgres

/// How long history is kept, in days (design §6).
package struct Retention: Sendable, Hashable {
    /// Single results.
    package var results: Int64
    /// Sums of minutes.
    package var minutes: Int64
    /// Sums of hours.
    package var hours: Int64
    /// Sums of days; `nil`: for ever.
    package var days: Int64?
    /// What monitors were, before a last span that began earlier; `nil`: for ever.
    package var spans: Int64?

    private static let day: Int64 = 86_400_000

    /// Retention with the defaults of design §6.
    package init(
        results: Int64 = 14,
        minutes: Int64 = 14,
        hours: Int64 = 400,
        days: Int64? = nil,
        spans: Int64? = nil
    ) {
        self.results = results
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.spans = spans
    }

    /// The days as a JSON object, null for those kept for ever.
    package var json: String {
        let kept = [("results", self.results), ("minutes", self.minutes), ("hours", self.hours)] as [(String, Int64?)]
        let members = (kept + [("days", self.days), ("spans", self.spans)]).map { name, days in
            "\"\(name)\":\(days.map(String.init) ?? "null")"
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// Why results would be kept for too short a time, in one sentence; `nil`: they are not.
    ///
    /// - Parameter logRetention: the log's `retention.ms`; −1: for ever; `nil`: not known.
    package func fault(logRetention: Int64?) -> String? {
        guard let logRetention else { return nil }
        let kept = self.results * Retention.day
        guard logRetention < 0 || kept < logRetention else { return nil }
        let log = logRetention < 0 ? "for ever" : "\((logRetention + Retention.day - 1) / Retention.day) days"
        return "results are kept for \(self.results) days and the log keeps them \(log): a replay would count twice "
            + "what was dropped. Raise RETENTION_RESULTS, or lower retention.ms of the topic"
    }

    /// Makes days ahead, drops what is too old as of `now`, Unix ms, and returns how many results fit no day.
    ///
    /// - Throws: what the connection throws. To be called now and then by anybody, also by several at once.
    package func apply(now: Int64, on connection: PostgresConnection) throws -> Int {
        try DayPartitions.make(
            from: now - self.results * Retention.day,
            through: now + DayPartitions.daysAhead * Retention.day,
            on: connection
        )
        // The log's own time counts, where it is behind: a clock that jumped must not drop history.
        let rows = try connection.query("SELECT max(last_timestamp) FROM positions WHERE projection = 'processor'")
        let time = min(now, try rows[0].int64OrNil(0) ?? now)
        _ = try DayPartitions.drop(before: time - self.results * Retention.day, on: connection)
        for (width, days) in [(RollupWidth.minute, self.minutes), (.hour, self.hours), (.day, self.days)] {
            guard let days else { continue }
            try self.drop(width, before: time - days * Retention.day, on: connection)
        }
        if let spans = self.spans { try self.dropSpans(before: time - spans * Retention.day, on: connection) }
        return try DayPartitions.strays(on: connection)
    }

    /// Deletes what ended before `end`, Unix ms, some at a time; the last span that began before goes on to count.
    private func dropSpans(before end: Int64, on connection: PostgresConnection) throws {
        let portion: Int64 = 10_000
        while true {
            let gone = try connection.query(
                """
                WITH gone AS (
                    DELETE FROM spans WHERE ctid = ANY (ARRAY(
                        SELECT s.ctid FROM spans AS s
                        WHERE s."from" < \(DatabaseTime.timestamp("$1::bigint")) AND EXISTS (
                            SELECT FROM spans AS n
                            WHERE n.monitor = s.monitor AND n.region = s.region AND n."from" > s."from"
                                AND n."from" <= \(DatabaseTime.timestamp("$1::bigint")))
                        LIMIT $2::bigint))
                    RETURNING 1
                ) SELECT count(*) FROM gone
                """,
                [.int(end), .int(portion)]
            )
            if try gone[0].int64(0) < portion { return }
        }
    }

    /// Deletes sums that began before `end`, Unix ms, some at a time: years of them take longer than one statement may.
    private func drop(_ width: RollupWidth, before end: Int64, on connection: PostgresConnection) throws {
        let portion: Int64 = 10_000
        while true {
            let gone = try connection.query(
                """
                WITH gone AS (
                    DELETE FROM \(width.table) WHERE ctid = ANY (ARRAY(
                        SELECT ctid FROM \(width.table) WHERE start < \(DatabaseTime.timestamp("$1::bigint"))
                        LIMIT $2::bigint))
                    RETURNING 1
                ) SELECT count(*) FROM gone
                """,
                [.int(end), .int(portion)]
            )
            if try gone[0].int64(0) < portion { return }
        }
    }
}
