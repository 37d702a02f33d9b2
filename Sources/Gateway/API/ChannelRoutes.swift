import Crypto
import Events
import HTTPServer
import JSON
import Networking
import Service

/// `/api/v1/channels`: where notifications go.
struct ChannelRoutes: Sendable {
    private let store: ChannelStore
    private let tests: ChannelTests
    private let answers: Answers
    private let cursor: Cursor
    private let policy: AddressPolicy

    /// Routes over `store`; `tests` hands test notifications to the alerter, `key` seals the cursors.
    ///
    /// Receivers are at addresses that `policy` allows.
    init(_ store: ChannelStore, tests: ChannelTests, policy: AddressPolicy, answers: Answers, key: SecretKey) {
        self.cursor = Cursor("channels", key: key)
        self.store = store
        self.tests = tests
        self.policy = policy
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        let json = ["application/json", "application/merge-patch+json"]
        return [
            Route(.get, "/api/v1/channels", execution: .worker) { request in
                self.answers.answer(request) { try self.list(request) }
            },
            Route(.post, "/api/v1/channels", execution: .worker, bodyLimit: 64 << 10, contentTypes: json) { request in
                self.answers.answer(request) { try self.create(request) }
            },
            Route(.get, "/api/v1/channels/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    guard let channel = try self.store.find(try request.id(of: "channel")) else {
                        throw Refusal.notFound("channel")
                    }
                    return self.document(channel)
                }
            },
            Route(.patch, "/api/v1/channels/{id}", execution: .worker, bodyLimit: 64 << 10, contentTypes: json) {
                request in
                self.answers.answer(request) { try self.edit(request) }
            },
            Route(.delete, "/api/v1/channels/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    try self.store.remove(
                        try request.id(of: "channel"),
                        expected: try request.expectedGeneration(),
                        by: Author(request)
                    )
                    return .noContent
                }
            },
            Route(.post, "/api/v1/channels/{id}/secret", execution: .worker, bodyLimit: 1_024) { request in
                self.answers.answer(request) { try self.rotate(request) }
            },
            Route(.post, "/api/v1/channels/{id}/test", execution: .worker, bodyLimit: 1_024) { request in
                self.answers.answer(request) {
                    let id = try request.id(of: "channel")
                    guard let delivery = try self.tests.request(channel: id, by: Author(request)) else {
                        throw Refusal.notFound("channel")
                    }
                    var writer = JSONWriter()
                    writer.beginObject()
                    writer.member("delivery", delivery)
                    writer.endObject()
                    return .json(writer.bytes, status: 202)
                }
            },
        ]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = QueryReader(request)
        let limit = query.limit()
        let after = query.cursor(self.cursor, count: 1).flatMap { Int64($0[0]) } ?? 0
        try query.finish()
        let rest = try self.store.all().filter { $0.id > after }
        let page = rest.prefix(limit)
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for channel in page { ChannelDocument.write(channel, to: &writer) }
        writer.endArray()
        let last = rest.count > page.count ? page.last : nil
        writer.member("nextCursor", last.map { self.cursor.encode([String($0.id)]) })
        writer.endObject()
        return .json(writer.bytes)
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let document = try JSONParser.parse(request.body)
        let draft = try self.store.add(
            try ChannelDocument.read(document, policy: self.policy),
            saysDefault: ChannelDocument.saysDefault(document),
            by: Author(request)
        )
        var response = self.document(draft.channel, secret: draft.secrets.signingSecret, status: 201)
        response.headers.append(("Location", "/api/v1/channels/\(draft.channel.id)"))
        return response
    }

    private func edit(_ request: HTTPRequest) throws -> HTTPResponse {
        let document = try JSONParser.parse(request.body)
        var made: String?
        let draft = try self.store.edit(
            try request.id(of: "channel"),
            expected: try request.expectedGeneration(),
            by: Author(request)
        ) { former in
            let edited = try ChannelDocument.read(document, editing: former, policy: self.policy)
            // An edit that turns another kind into a webhook makes its secret, to be shown this once.
            if former.secrets.signingSecret == nil { made = edited.secrets.signingSecret }
            return edited
        }
        return self.document(draft.channel, secret: made)
    }

    private func rotate(_ request: HTTPRequest) throws -> HTTPResponse {
        let draft = try self.store.edit(
            try request.id(of: "channel"),
            expected: try request.expectedGeneration(),
            by: Author(request)
        ) { try ChannelDocument.rotating($0, now: WallClock.millis) }
        return self.document(draft.channel, secret: draft.secrets.signingSecret)
    }

    private func document(_ channel: Channel, secret: String? = nil, status: Int = 200) -> HTTPResponse {
        var writer = JSONWriter()
        ChannelDocument.write(channel, secret: secret, to: &writer)
        var response = HTTPResponse.json(writer.bytes, status: status)
        response.headers.append(("ETag", "\"\(channel.generation)\""))
        if secret != nil { response.headers.append(("Cache-Control", "no-store")) }
        return response
    }
}
