package import Postgres

/// The tables of the product: numbered SQL files, each applied once, in order.
///
/// Whichever process starts first applies them; the others wait for it and find nothing to do.
package enum Schema {
    /// All migrations, in order.
    ///
    /// A new file in `Migrations` is one line here; a published one never changes.
    package static let migrations: [Migration] = [
        Migration(1, "projections", PackageResources._001_projections_sql),
        Migration(2, "monitors", PackageResources._002_monitors_sql),
        Migration(3, "history", PackageResources._003_history_sql),
        Migration(4, "incidents", PackageResources._004_incidents_sql),
        Migration(5, "people", PackageResources._005_people_sql),
        Migration(6, "switched off channels", PackageResources._006_switched_off_channels_sql),
        Migration(7, "actions", PackageResources._007_actions_sql),
        Migration(8, "monitoring notices", PackageResources._008_monitoring_notices_sql),
        Migration(9, "failures", PackageResources._009_failures_sql),
        Migration(10, "idempotent requests", PackageResources._010_idempotent_requests_sql),
        Migration(11, "failure reasons", PackageResources._011_failure_reasons_sql),
        Migration(12, "webhooks of sites", PackageResources._012_webhooks_of_sites_sql),
    ]

    /// Brings the database to this program's version and returns the numbers of what was applied.
    ///
    /// Safe when several processes call it at once. Throws `SchemaError` when the database is newer than the program
    /// or was made from other files, and `PostgresError` for the rest. `timeout` bounds each statement, also
    /// the wait for another process that migrates.
    @discardableResult
    package static func migrate(
        _ connection: PostgresConnection,
        migrations: [Migration] = Self.migrations,
        timeout: Duration = .seconds(120)
    ) throws -> [Int] {
        let limit = connection.timeout
        connection.timeout = timeout
        defer { connection.timeout = limit }
        // One transaction for all: a failure in the middle leaves the database as it was.
        return try connection.withTransaction { connection in
            try connection.query("SELECT pg_advisory_xact_lock($1::bigint)", [.int(Self.lock)])
            try connection.script(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    version integer PRIMARY KEY,
                    name text NOT NULL,
                    checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """
            )
            let applied = try Self.applied(connection)
            let pending = try Self.pending(migrations, applied)
            for migration in pending { try Self.apply(migration, connection) }
            return pending.map(\.version)
        }
    }

    /// "apus" in bytes and "schema" shortened: any number would do that nobody else locks.
    private static let lock: Int64 = 0x6170_7573_7363_686d

    private static func applied(_ connection: PostgresConnection) throws -> [AppliedMigration] {
        try connection.query("SELECT version, name, checksum FROM schema_migrations ORDER BY version").map { row in
            AppliedMigration(version: Int(try row.int64(0)), name: try row.text(1), checksum: try row.text(2))
        }
    }

    /// What remains to be done, after a look at whether the database was made from these files.
    static func pending(_ migrations: [Migration], _ applied: [AppliedMigration]) throws(SchemaError) -> [Migration] {
        for row in applied {
            guard let migration = migrations.first(where: { $0.version == row.version }) else {
                throw SchemaError(
                    "the database has migration \(row.version) (\(row.name)), which this program does not know: "
                        + "run a newer version of the program"
                )
            }
            guard migration.checksum == row.checksum else {
                throw SchemaError(
                    "migration \(row.version) (\(row.name)) of the database is not the one in this program: "
                        + "use the program that made it, or a database of its own"
                )
            }
        }
        let known = Set(applied.map(\.version))
        let pending = migrations.filter { !known.contains($0.version) }
        if let newest = applied.last?.version, let late = pending.first(where: { $0.version < newest }) {
            throw SchemaError("migration \(late.version) (\(late.name)) is missing below \(newest) in the database")
        }
        return pending
    }

    private static func apply(_ migration: Migration, _ connection: PostgresConnection) throws {
        try connection.script(migration.sql)
        try connection.query(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            [.int(Int64(migration.version)), .text(migration.name), .text(migration.checksum)]
        )
    }
}
