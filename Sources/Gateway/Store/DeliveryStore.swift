import Postgres

/// The deliveries as the alerter keeps them, the newest first.
struct DeliveryStore: Sendable {
    /// The states of a delivery.
    static let states = ["pending", "delivered", "dead", "cancelled"]

    /// One delivery; times in Unix ms.
    struct Row: Sendable {
        var id: Int64
        var type: String
        var incident: String?
        var monitor: Int64?
        var channel: Int64
        var webhookID: String
        var state: String
        var attempts: Int64
        var nextAt: Int64
        var lastStatus: Int64?
        var lastError: String?
        var createdAt: Int64
        var deliveredAt: Int64?
    }

    private static let query = """
        SELECT deliveries.id, type, incident, monitor, channel, webhook_id, state, attempts,
            \(SQLTime.milliseconds("next_at")), last_status, last_error, \(SQLTime.milliseconds("created_at")),
            \(SQLTime.milliseconds("delivered_at"))
        FROM deliveries JOIN announcements ON announcements.id = announcement
        """

    private let pool: PostgresPool

    /// Deliveries from this database.
    init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// At most `limit` deliveries with smaller ids than `after`.
    ///
    /// - Throws: `PostgresError`.
    func page(state: String?, channel: Int64?, after: Int64?, limit: Int) throws -> [Row] {
        let sql = """
            \(Self.query) WHERE ($1::text IS NULL OR state = $1) AND ($2::bigint IS NULL OR deliveries.id < $2)
                AND ($4::bigint IS NULL OR channel = $4)
            ORDER BY deliveries.id DESC LIMIT $3
            """
        let parameters: [PostgresValue] = [
            PostgresValue(state), PostgresValue(after), .int(Int64(limit)), PostgresValue(channel),
        ]
        return try self.pool.withConnection { try $0.query(sql, parameters).map(Self.row) }
    }

    /// The deliveries of an incident in the order in which they were made.
    ///
    /// - Throws: `PostgresError`.
    func all(of incident: String) throws -> [Row] {
        let sql = "\(Self.query) WHERE incident = $1 ORDER BY deliveries.id LIMIT 1000"
        return try self.pool.withConnection { try $0.query(sql, [.text(incident)]).map(Self.row) }
    }

    /// Has a delivery tried again; returns it, and why not where it cannot be.
    ///
    /// - Throws: `PostgresError`.
    func retry(_ id: Int64, by author: Author) throws -> (delivery: Row, refusal: String?)? {
        try self.pool.withConnection { connection in
            try connection.withTransaction { connection in
                // The lock keeps the channel until the delivery is due again.
                let channels = try connection.query(
                    """
                    SELECT FROM deliveries JOIN channels ON channels.id = deliveries.channel
                    WHERE deliveries.id = $1 FOR SHARE OF channels
                    """,
                    [.int(id)]
                )
                let wasRetried =
                    try !channels.isEmpty
                    && connection.query("SELECT retry_delivery($1)", [.int(id)]).first?.bool(0) == true
                guard let row = try connection.query("\(Self.query) WHERE deliveries.id = $1", [.int(id)]).first else {
                    return nil
                }
                let delivery = try Self.row(row)
                guard !wasRetried else {
                    try author.note("deliveries/\(id)", [], connection)
                    return (delivery, nil)
                }
                return (
                    delivery,
                    channels.isEmpty
                        ? "Its channel is deleted: nobody would get it."
                        : "It is \(delivery.state); only what is dead or cancelled can be tried again."
                )
            }
        }
    }

    private static func row(_ row: PostgresRow) throws -> Row {
        Row(
            id: try row.int64(0),
            type: try row.text(1),
            incident: try row.textOrNil(2),
            monitor: try row.int64OrNil(3),
            channel: try row.int64(4),
            webhookID: try row.text(5),
            state: try row.text(6),
            attempts: try row.int64(7),
            nextAt: try row.int64(8),
            lastStatus: try row.int64OrNil(9),
            lastError: try row.textOrNil(10),
            createdAt: try row.int64(11),
            deliveredAt: try row.int64OrNil(12)
        )
    }
}
