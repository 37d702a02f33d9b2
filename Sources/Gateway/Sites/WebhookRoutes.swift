import Events
import HTTPServer
import JSON
import Networking

/// `/webhooks`: the Discord channels of sites.
///
/// The one place where a channel's URL is shown again, to who may edit: this interface has always answered it.
struct WebhookRoutes: Sendable {
    private let monitors: MonitorStore
    private let webhooks: WebhookStore
    private let policy: AddressPolicy
    private let answers: Answers

    /// Routes over the sites among `monitors` and their `webhooks`, which are at addresses that `policy` allows.
    init(_ monitors: MonitorStore, webhooks: WebhookStore, policy: AddressPolicy, answers: Answers) {
        self.monitors = monitors
        self.webhooks = webhooks
        self.policy = policy
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/webhooks", execution: .worker) { request in
                self.answers.answer(request) { Self.list(try self.webhooks.all()) }
            },
            Route(
                .post,
                "/webhooks",
                execution: .worker,
                bodyLimit: 64 << 10,
                contentTypes: ["application/json"]
            ) { request in
                self.answers.answer(request) { try FormFaults.answering { try self.create(request) } }
            },
            Route(.get, "/webhooks/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    try FormFaults.answering {
                        Self.list(try self.webhooks.all(of: try self.monitors.site(request).id))
                    }
                }
            },
            Route(.delete, "/webhooks/{id}", execution: .worker) { request in
                self.answers.answer(request) {
                    try FormFaults.answering {
                        let id = try FormReader.id(request, "webhook_id")
                        guard let id, try self.webhooks.remove(id, by: Author(request)) else {
                            throw Refusal(response: SiteDoor.detail("Webhook not found", status: 400))
                        }
                        return SiteDoor.detail("Webhook deleted successfully")
                    }
                }
            },
        ]
    }

    private func create(_ request: HTTPRequest) throws -> HTTPResponse {
        let form = try FormReader(body: request)
        let id = form.integer("site_id", .min ... .max)
        let url = form.text("discord_webhook_url", limit: 2_048)
        try form.finish()
        let site = try self.monitors.site(id)
        try SiteDocument.require(url, self.policy)
        let webhook = try self.webhooks.add(url, to: site.id, by: Author(request))
        var writer = JSONWriter()
        Self.write(webhook, to: &writer)
        return .json(writer.bytes)
    }

    private static func list(_ webhooks: [WebhookStore.Webhook]) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginArray()
        for webhook in webhooks { self.write(webhook, to: &writer) }
        writer.endArray()
        return .json(writer.bytes)
    }

    private static func write(_ webhook: WebhookStore.Webhook, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("site_id", webhook.site)
        writer.member("discord_webhook_url", webhook.url)
        writer.member("id", webhook.id)
        writer.endObject()
    }
}
