package import Postgres

/// What a projection leaves beside its books: dead letters and gaps, dropped when they are old.
package enum Leftovers {
    /// Deletes those of a projection that were written more than `days` days ago by the server's clock.
    ///
    /// To be called now and then by the projection's process, outside of rounds. Throws `PostgresError`.
    package static func drop(
        of projection: String,
        after days: Int64,
        on connection: PostgresConnection
    ) throws(PostgresError) {
        for table in ["dead_letters", "gaps"] {
            try connection.query(
                "DELETE FROM \(table) WHERE projection = $1 AND at < now() - $2::bigint * interval '1 day'",
                [.text(projection), .int(days)]
            )
        }
    }
}
