import Events
import HTTPServer
import JSON

/// What people do about an incident: acknowledge it, and say something.
struct IncidentActionRoutes: Sendable {
    private let actions: IncidentActions
    private let answers: Answers

    /// Routes that tell the log of actions.
    init(_ actions: IncidentActions, answers: Answers) {
        self.actions = actions
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(
                .post,
                "/api/v1/incidents/{id}/acknowledge",
                execution: .worker,
                bodyLimit: 16 << 10,
                contentTypes: ["application/json"]
            ) { request in
                self.answers.answer(request) {
                    try self.act(.acknowledge, request) { reader in
                        reader.isNull("note") ? nil : reader.optional("note", .string(1...2_000))
                    }
                }
            },
            Route(
                .post,
                "/api/v1/incidents/{id}/comments",
                execution: .worker,
                bodyLimit: 16 << 10,
                contentTypes: ["application/json"]
            ) { request in
                self.answers.answer(request) {
                    try self.act(.comment, request) { $0.required("text", .string(1...2_000)) }
                }
            },
        ]
    }

    private func act(
        _ verb: Action.Verb,
        _ request: HTTPRequest,
        _ read: (JSONReader) -> String?
    ) throws -> HTTPResponse {
        try QueryReader(request).finish()
        // An acknowledgement needs no words.
        let body = request.body.isEmpty && verb == .acknowledge ? Array("{}".utf8) : request.body
        let reader = JSONReader(try JSONParser.parse(body))
        let text = read(reader)
        try reader.finish()
        guard let incident = request.parameter("id") else { throw Refusal.notFound("incident") }
        let action = try self.actions.add(
            verb,
            to: incident,
            text: text,
            person: request.caller.name,
            by: Author(request)
        )
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("incident", incident)
        writer.member("at", time: action.at)
        writer.member("verb", action.verb.rawValue)
        writer.member("person", action.person)
        writer.member("text", action.text)
        writer.endObject()
        return .json(writer.bytes, status: 202)
    }
}
