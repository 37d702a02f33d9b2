import Postgres

/// Has the alerter send a test to a channel: it claims the delivery that is put into its table.
struct ChannelTests: Sendable {
    private let pool: PostgresPool

    /// Puts requests into the alerter's table.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Requests a test; the delivery's id, or `nil` where there is no such channel.
    func request(channel: Int64, by author: Author) throws -> Int64? {
        try self.pool.withConnection { connection in
            try connection.withTransaction { connection in
                let rows = try connection.query(
                    "SELECT request_channel_test(id) FROM channels WHERE id = $1::bigint",
                    [.int(channel)]
                )
                guard let row = rows.first else { return nil }
                try author.note("channels/\(channel)", [], connection)
                return try row.int64(0)
            }
        }
    }
}
