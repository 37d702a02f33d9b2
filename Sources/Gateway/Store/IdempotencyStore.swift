import Crypto
import HTTPServer
import JSON
import Postgres
import Service

/// The requests that may be repeated and their answers, which are sealed: some hold a secret.
struct IdempotencyStore: Sendable {
    /// What a request is known by: keys of different callers have nothing to do with each other.
    struct Name: Sendable {
        let caller: String
        let key: String
    }

    /// What is known of a request before it is carried out.
    enum Beginning {
        /// Nothing: it is to be carried out now.
        case begun
        /// Another one was carried out under the name.
        case differs
        case underWay
        /// It began long ago and has no answer: its process ended.
        case brokeOff
        case answered(HTTPResponse)
        /// The caller has had as many carried out as are kept; one more may be after these seconds.
        case full(wait: Int64)
    }

    /// How many requests of a caller are kept: each may have an answer of some kilobytes.
    static let mostPerCaller: Int64 = 10_000

    /// No request lasts longer, seconds.
    private static let longest: Int64 = 60

    private let pool: PostgresPool
    private let sealer: Sealer
    private let log: Log

    /// A store whose answers `sealer` seals.
    init(_ pool: PostgresPool, sealer: Sealer, log: Log) {
        self.pool = pool
        self.sealer = sealer
        self.log = log
    }

    /// Begins a request, unless it has begun within the last 24 hours.
    ///
    /// - Throws: `PostgresError`, `CryptoError` where `APUS_SECRET_KEY` was another one.
    func begin(_ name: Name, fingerprint: [UInt8]) throws -> Beginning {
        try self.pool.withConnection { connection in
            let begun = try connection.query(
                """
                INSERT INTO idempotent_requests AS known (caller, key, fingerprint)
                SELECT $1, $2, $3::bytea WHERE $4 > (
                    SELECT count(*) FROM idempotent_requests AS other WHERE other.caller = $1 AND other.key <> $2
                )
                ON CONFLICT (caller, key) DO UPDATE
                    SET fingerprint = excluded.fingerprint, answer = NULL, created_at = now()
                    WHERE known.created_at < now() - interval '24 hours'
                RETURNING true
                """,
                [.text(name.caller), .text(name.key), .bytes(fingerprint), .int(Self.mostPerCaller)]
            )
            if !begun.isEmpty { return .begun }
            let rows = try connection.query(
                """
                SELECT fingerprint, answer, created_at < now() - $3::bigint * interval '1 second'
                FROM idempotent_requests WHERE caller = $1 AND key = $2
                """,
                [.text(name.caller), .text(name.key), .int(Self.longest)]
            )
            guard let row = rows.first else { return try self.wait(of: name, connection) }
            guard isEqualInConstantTime(try row.bytes(0), fingerprint) else { return .differs }
            guard let sealed = try row.textOrNil(1) else { return try row.bool(2) ? .brokeOff : .underWay }
            return .answered(try Self.read(try self.sealer.openAnswer(sealed)))
        }
    }

    /// Why a request that is not known has not begun.
    private func wait(of name: Name, _ connection: PostgresConnection) throws -> Beginning {
        let rows = try connection.query(
            """
            SELECT count(*), ceil(extract(epoch FROM min(created_at) + interval '24 hours' - now()))::bigint
            FROM idempotent_requests WHERE caller = $1
            """,
            [.text(name.caller)]
        )
        // Or it was forgotten in between.
        guard let row = rows.first, try row.int64(0) >= Self.mostPerCaller else { return .underWay }
        // What has run out is removed within the hour.
        return .full(wait: max(try row.int64(1), 60))
    }

    /// Keeps an answer; should that fail, a repetition is told that the request broke off.
    func keep(_ response: HTTPResponse, for name: Name, of request: HTTPRequest) {
        do {
            try self.pool.withConnection { connection in
                _ = try connection.query(
                    "UPDATE idempotent_requests SET answer = $3 WHERE caller = $1 AND key = $2",
                    [.text(name.caller), .text(name.key), .text(self.sealer.seal(answer: Self.bytes(response)))]
                )
            }
        } catch {
            self.log.warning(
                "an answer can't be repeated to its Idempotency-Key",
                ["request": request.idText, "error": "\(error)"]
            )
        }
    }

    /// Forgets a request that did nothing.
    ///
    /// - Throws: `PostgresError`.
    func forget(_ name: Name) throws {
        try self.pool.withConnection { connection in
            _ = try connection.query(
                "DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND answer IS NULL",
                [.text(name.caller), .text(name.key)]
            )
        }
    }

    // MARK: Answers at rest

    private static let contentTypes: [StaticString] = ["application/json", "application/problem+json"]

    private static func bytes(_ response: HTTPResponse) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", response.status)
        writer.member("type", response.contentType.map { "\($0)" })
        writer.name("headers")
        writer.beginArray()
        for header in response.headers {
            writer.value(header.name)
            writer.value(header.value)
        }
        writer.endArray()
        let body =
            switch response.body {
            case .bytes(let bytes): bytes
            case .shared(let shared): shared.bytes
            case .empty, .events: [UInt8]()
            }
        writer.member("body", Base64.encode(body))
        writer.endObject()
        return writer.bytes
    }

    private static func read(_ bytes: [UInt8]) throws -> HTTPResponse {
        let reader = JSONReader(try JSONParser.parse(bytes, size: 16 << 20))
        let status = reader.required("status", .integer(200...599)) ?? 500
        let type = reader.optional("type", .nullable(.string(0...100))) ?? nil
        let headers = reader.required("headers", .list(of: .string(0...8_192), count: 0...100)) ?? []
        let body = reader.required("body", .string(0...(16 << 20))) ?? ""
        try reader.finish()
        let content = Base64.decode(body) ?? []
        return HTTPResponse(
            status: Int(status),
            contentType: Self.contentTypes.first { "\($0)" == type },
            headers: stride(from: 0, to: headers.count - 1, by: 2).map { (headers[$0], headers[$0 + 1]) },
            body: content.isEmpty ? .empty : .bytes(content)
        )
    }
}
