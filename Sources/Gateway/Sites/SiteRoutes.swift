import Events
import HTTPServer
import JSON
import Networking
import Postgres

/// `/sites`: HTTP monitors as the site monitor spoke of them (docs/sites.md).
struct SiteRoutes: Sendable {
    private let store: MonitorStore
    private let pool: PostgresPool
    private let board: Board
    private let timeout: Int64
    private let policy: AddressPolicy
    private let answers: Answers

    /// Routes over `store`, and over the history in `pool`; the check of a new site takes `timeout` ms at most.
    init(
        _ store: MonitorStore,
        pool: PostgresPool,
        board: Board,
        timeout: Int64,
        policy: AddressPolicy,
        answers: Answers
    ) {
        self.store = store
        self.pool = pool
        self.board = board
        self.timeout = timeout
        self.policy = policy
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/sites", execution: .worker) { request in
                self.answers.answer(request) { try FormFaults.answering { try self.list() } }
            },
            Route(
                .post,
                "/sites",
                execution: .worker,
                bodyLimit: 64 << 10,
                contentTypes: ["application/json"]
            ) { request in
                self.answers.answer(request) { try FormFaults.answering { try self.create(request) } }
            },
            Route(.get, "/sites/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    try FormFaults.answering { Self.document(try self.store.site(request)) }
                }
            },
            Route(.delete, "/sites/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    try FormFaults.answering {
                        let id = try self.store.site(request).id
                        try self.store.remove(id, expected: nil, by: Author(request))
                        self.board.remove([id])
                        return SiteDoor.detail("Site deleted successfully")
                    }
                }
            },
            Route(.get, "/sites/{id}/history", execution: .worker) { request in
                self.answers.answer(request) { try FormFaults.answering { try self.history(request) } }
            },
        ]
    }

    private func list() throws -> HTTPResponse {
        var writer = JSONWriter(capacity: 4_096)
        writer.beginArray()
        var after: Int64 = 0
        while true {
            let page = try self.store.page(after: after, limit: 1_000)
            for draft in page where draft.monitor.isSite { SiteDocument.write(draft.monitor, to: &writer) }
            guard page.count == 1_000, let last = page.last else { break }
            after = last.monitor.id
        }
        writer.endArray()
        return .json(writer.bytes)
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let draft = try SiteDocument.read(request, timeout: self.timeout, policy: self.policy)
        let added = try self.store.add(draft, by: Author(request))
        self.board.introduce(added.monitor)
        return Self.document(added.monitor)
    }

    private static func document(_ monitor: Monitor) -> HTTPResponse {
        var writer = JSONWriter()
        SiteDocument.write(monitor, to: &writer)
        return .json(writer.bytes)
    }

    private func history(_ request: HTTPRequest) throws -> HTTPResponse {
        let query = try SiteHistory.Query(request)
        let site = try self.store.site(request)
        let rows = try self.pool.withConnection { try SiteHistory.read(site, on: $0) }
        return .json(SiteHistory.render(query.select(rows)))
    }
}

extension Monitor {
    /// Whether the interface of sites knows it.
    var isSite: Bool { self.check.type == "http" }
}

extension MonitorStore {
    /// The site that the path names.
    ///
    /// - Throws: ``FormFaults`` where it is no number, ``Refusal`` (400) where there is none.
    func site(_ request: HTTPRequest) throws -> Monitor { try self.site(try FormReader.id(request, "site_id")) }

    /// A site; throws as ``site(_:)-(HTTPRequest)`` does.
    func site(_ id: Int64?) throws -> Monitor {
        guard let id, let monitor = try self.find(id)?.monitor, monitor.isSite else {
            throw Refusal(response: SiteDoor.detail("Site not found", status: 400))
        }
        return monitor
    }
}

extension FormFaults {
    /// What `body` answers, or its faults.
    static func answering(_ body: () throws -> HTTPResponse) throws -> HTTPResponse {
        do {
            return try body()
        } catch let faults as FormFaults {
            return faults.response
        }
    }
}
