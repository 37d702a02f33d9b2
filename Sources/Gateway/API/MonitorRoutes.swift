import Crypto
import Events
import HTTPServer
import JSON
import Networking

/// `/api/v1/monitors`: what is watched.
struct MonitorRoutes: Sendable {
    private let store: MonitorStore
    private let answers: Answers
    private let cursor: Cursor
    private let board: Board
    private let policy: AddressPolicy

    /// Routes over `store`; `board` shows new monitors at once and knows the regions that pulse.
    ///
    /// Targets are addresses that `policy` allows; `key` seals the cursors.
    init(_ store: MonitorStore, board: Board, policy: AddressPolicy, answers: Answers, key: SecretKey) {
        self.store = store
        self.board = board
        self.policy = policy
        self.answers = answers
        self.cursor = Cursor("monitors", key: key)
    }

    /// The routes.
    var routes: [Route] {
        let json = ["application/json", "application/merge-patch+json"]
        return [
            Route(.get, "/api/v1/monitors", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.post, "/api/v1/monitors", execution: .worker, bodyLimit: 256 << 10, contentTypes: json) { request in
                self.answers.answer(request) { try self.create(request) }
            },
            Route(.get, "/api/v1/monitors/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    guard let draft = try self.store.find(try request.id(of: "monitor")) else {
                        throw Refusal.notFound("monitor")
                    }
                    return self.document(draft)
                }
            },
            Route(.patch, "/api/v1/monitors/{id}", execution: .worker, bodyLimit: 256 << 10, contentTypes: json) {
                request in
                self.answers.answer(request) { try self.edit(request) }
            },
            Route(.delete, "/api/v1/monitors/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    let id = try request.id(of: "monitor")
                    try self.store.remove(id, expected: try request.expectedGeneration(), by: Author(request))
                    self.board.remove([id])
                    return .noContent
                }
            },
            Route(.post, "/api/v1/monitors/{id}/check", execution: .worker, bodyLimit: 1_024) { request in
                self.answers.answer(request) {
                    let draft = try self.store.requestCheck(try request.id(of: "monitor"), by: Author(request))
                    return self.document(draft, status: 202)
                }
            },
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) } ?? 0
        try query.finish()
        var page = try self.store.page(after: after, limit: limit + 1)
        let hasMore = page.count > limit
        if hasMore { page.removeLast() }
        var writer = JSONWriter(capacity: 1_024 * page.count + 64)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for draft in page { MonitorDocument.write(draft, to: &writer) }
        writer.endArray()
        writer.member("nextCursor", hasMore ? page.last.map { self.cursor.encode([String($0.monitor.id)]) } : nil)
        writer.endObject()
        return .json(writer.bytes)
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let draft = try self.store.add(
            try MonitorDocument.read(try JSONParser.parse(request.body), policy: self.policy),
            by: Author(request)
        )
        self.board.introduce(draft.monitor)
        var response = self.document(draft, status: 201)
        response.headers.append(("Location", "/api/v1/monitors/\(draft.monitor.id)"))
        return response
    }

    private func edit(_ request: HTTPRequest) throws -> HTTPResponse {
        let document = try JSONParser.parse(request.body)
        let draft = try self.store.edit(
            try request.id(of: "monitor"),
            expected: try request.expectedGeneration(),
            by: Author(request)
        ) { former in try MonitorDocument.read(document, editing: former, policy: self.policy) }
        return self.document(draft)
    }

    private func document(_ draft: MonitorDocument.Draft, status: Int = 200) -> HTTPResponse {
        var writer = JSONWriter(capacity: 1_024)
        MonitorDocument.write(draft, warnings: self.warnings(draft.monitor), to: &writer)
        var response = HTTPResponse.json(writer.bytes, status: status)
        response.headers.append(("ETag", "\"\(draft.monitor.generation)\""))
        return response
    }

    /// A region that has no pinger yet is accepted: it may be on its way.
    private func warnings(_ monitor: Monitor) -> [String] {
        let known = Set(self.board.regions().filter { $0.shares > 0 }.map(\.name))
        return (monitor.regions ?? []).filter { !known.contains($0) }.map { region in
            "No pinger watches from region \"\(region)\" yet; start one with PINGER_REGION=\(region)."
        }
    }
}

extension HTTPRequest {
    /// The id in the path.
    ///
    /// - Throws: ``Refusal`` 404 where it is no positive number: there can be no such thing.
    func id(of what: String) throws(Refusal) -> Int64 {
        guard let text = self.parameter("id"), let id = Int64(text), id > 0, text == String(id) else {
            throw Refusal.notFound(what)
        }
        return id
    }

    /// The generation that `If-Match` names (RFC 9110 §13.1.1); `nil`: any.
    ///
    /// - Throws: ``Refusal`` 412 where it is none of ours: it can't be the current one; 400 where it is no tag at all.
    func expectedGeneration() throws(Refusal) -> Int64? {
        guard let header = self.header("if-match"), header != "*" else { return nil }
        guard header.hasSuffix("\"") else {
            throw Refusal(response: .problem(400, "If-Match must be the ETag of the last answer, such as \"3\"."))
        }
        guard header.hasPrefix("\""), header.hasSuffix("\""), let generation = Int64(header.dropFirst().dropLast())
        else {
            throw Refusal(response: .problem(412, "If-Match must be the ETag of the last answer, such as \"3\"."))
        }
        return generation
    }
}
