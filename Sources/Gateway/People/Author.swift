import HTTPServer
import Postgres

/// Who changes something: noted in the audit log, in the transaction of the change.
struct Author: Sendable {
    private let kind: String
    private let id: Int64?
    private let name: String
    private let address: String
    private let method: String
    private let route: String
    private let request: String

    /// The caller of a request, or `caller` where it has only just become one.
    init(_ request: HTTPRequest, as caller: Caller? = nil) {
        let caller = caller ?? request.caller
        self.kind = caller.kind.rawValue
        self.id = caller.id
        self.name = caller.name
        self.address = request.client.description
        self.method = request.method.rawValue
        self.route = "\(request.template)"
        self.request = request.idText
    }

    /// Notes what was done to `subject`, such as `monitors/7`, inside an open transaction.
    func note(_ subject: String, _ changes: [AuditChange], _ connection: PostgresConnection) throws(PostgresError) {
        try connection.query(
            """
            INSERT INTO audit (actor_kind, actor, actor_name, address, method, route, subject, changes, request)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json, $9)
            """,
            [
                .text(self.kind), PostgresValue(self.id), .text(self.name), .text(self.address), .text(self.method),
                .text(self.route), .text(subject),
                .text(String(decoding: AuditChange.encode(changes), as: UTF8.self)), .text(self.request),
            ]
        )
    }
}
