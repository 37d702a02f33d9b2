import Events
package import Postgres

extension HistoryQueries {
    /// Whose spans are wanted, and from when on.
    package struct SpanTrack: Sendable, Hashable {
        /// The monitor.
        package var monitor: Int64
        /// Its region; empty: the monitor as a whole.
        package var region: String
        /// The instant with whose span to begin, Unix ms.
        package var from: Int64

        /// Names a track.
        package init(monitor: Int64, region: String, from: Int64) {
            self.monitor = monitor
            self.region = region
            self.from = from
        }
    }

    /// The spans of each track, in order, from the one that holds at its beginning; all as of one moment.
    package static func spans(
        of tracks: [SpanTrack],
        on connection: PostgresConnection
    ) throws(PostgresError) -> [[Span]] {
        let rows = try connection.query(
            """
            SELECT track.number, \(DatabaseTime.millis("span.\"from\"")), span.state
            FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY
                AS track (monitor, region, begins, number)
            CROSS JOIN LATERAL (
                SELECT "from", state FROM spans
                WHERE monitor = track.monitor AND region = track.region AND "from" >= coalesce((
                    SELECT max("from") FROM spans WHERE monitor = track.monitor AND region = track.region
                        AND "from" <= \(DatabaseTime.timestamp("track.begins"))
                ), '-infinity')
            ) AS span
            ORDER BY track.number, span."from"
            """,
            [.ints(tracks.map(\.monitor)), .texts(tracks.map(\.region)), .ints(tracks.map(\.from))]
        )
        var spans = [[Span]](repeating: [], count: tracks.count)
        for row in rows {
            let span = Span(from: try row.int64(1), state: .init(rawValue: try row.text(2)) ?? .unknown)
            spans[Int(try row.int64(0)) - 1].append(span)
        }
        return spans
    }
}
