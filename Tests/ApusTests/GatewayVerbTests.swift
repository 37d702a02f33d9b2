import JSON
import Service
import TestServers
import Testing

@testable import Apus

/// What `apus add`, `status` and `list` say, against a server that answers as the gateway does.
@Suite(.timeLimit(.minutes(1))) struct GatewayVerbTests {
    private func arguments(_ arguments: String...) throws(VerbError) -> VerbArguments {
        try VerbArguments(arguments, for: StatusVerb.self)
    }

    private func object(_ text: String) throws -> JSONObject {
        guard case .object(let object) = try JSONParser.parse(Array(text.utf8)) else {
            throw VerbError("no object: \(text)", code: 1)
        }
        return object
    }

    private func failure(_ body: () throws(VerbError) -> Void) -> VerbError? {
        do throws(VerbError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    // MARK: The address and the key

    private let file = "APUS_ADMIN_KEY=filekey\nAPUS_URL=http://127.0.0.1:8080\n"

    @Test func `address and key come from options, environment or the data folder`() throws {
        let fromFile = try GatewayAccess.find(try self.arguments(), environment: [:]) { path in
            path == ".apus/env" ? self.file : nil
        }
        #expect(fromFile.url == "http://127.0.0.1:8080")
        #expect(fromFile.key.revealed == "filekey")
        let environment = ["APUS_URL": "https://apus.example.com/", "APUS_ADMIN_KEY": "own"]
        let fromEnvironment = try GatewayAccess.find(try self.arguments(), environment: environment) { _ in self.file }
        #expect(fromEnvironment.url == "https://apus.example.com")
        #expect(fromEnvironment.key.revealed == "own")
        let fromFolder = try GatewayAccess.find(try self.arguments("--data", "d"), environment: environment) { path in
            path == "d/env" ? self.file : nil
        }
        #expect(fromFolder.url == "http://127.0.0.1:8080")
        #expect(fromFolder.key.revealed == "filekey")
        let given = try self.arguments("--url", "http://other:1", "--key", "k")
        let fromOptions = try GatewayAccess.find(given, environment: environment) { _ in self.file }
        #expect(fromOptions.url == "http://other:1")
        #expect(fromOptions.key.revealed == "k")
    }

    @Test func `a key is not sent to another address than its own`() {
        let error = self.failure { () throws(VerbError) in
            _ = try GatewayAccess.find(try self.arguments("--url", "http://other:1"), environment: [:]) { _ in self.file
            }
        }
        #expect(error?.message == "no API key for http://other:1: neither --key nor APUS_ADMIN_KEY is given")
    }

    @Test func `where nothing runs the way to start it is named`() {
        let error = self.failure { () throws(VerbError) in
            _ = try GatewayAccess.find(try self.arguments(), environment: [:]) { _ in nil }
        }
        #expect(error?.message.hasPrefix("Apus does not run here: .apus/env is missing") == true)
        #expect(error?.hint.hasPrefix("Start it with scripts/up") == true)
        #expect(error?.code == ExitCode.unavailable)
        let refused = self.failure { () throws(VerbError) in
            let access = GatewayAccess(url: "http://127.0.0.1:1", key: Secret("k"))
            _ = try GatewayClient(access).get("/api/v1/status")
        }
        #expect(refused?.message == "no gateway answers at http://127.0.0.1:1: the connection was refused")
    }

    // MARK: Faults

    @Test func `faults are shown field by field`() throws {
        let problem = try self.object(
            """
            {"type":"about:blank","title":"Bad Request","status":400,"detail":"The document has faults.",
             "errors":[{"detail":"Must be between 1 and 86400 seconds.","pointer":"#/interval"},
                       {"detail":"Must not be empty.","pointer":"#/regions/0"}]}
            """
        )
        let error = GatewayRefusal(status: 400, document: .object(problem), url: "http://g").error
        #expect(error.message == "the gateway refuses this: The document has faults")
        #expect(error.hint == "  interval: Must be between 1 and 86400 seconds.\n  regions[0]: Must not be empty.")
        #expect(error.code == ExitCode.usage)
        #expect(GatewayRefusal(status: 401, document: nil, url: "http://g").error.code == ExitCode.configuration)
        #expect(GatewayRefusal(status: 503, document: nil, url: "http://g").error.code == ExitCode.unavailable)
    }

    @Test func `a server that is no gateway is told apart`() {
        let target = ScriptedTarget()
        defer { target.stop() }
        let error = self.failure { () throws(VerbError) in
            _ = try GatewayClient(GatewayAccess(url: target.url(""), key: Secret("k"))).all("/api/v1/status")
        }
        #expect(error?.message.hasSuffix("is no gateway of Apus, or one of another version") == true)
        #expect(target.requests.first?.head.contains("Authorization: Bearer k") == true)
    }

    // MARK: Lists

    @Test func `all pages of a list are read`() throws {
        let target = ScriptedTarget { request in
            request.path.contains("cursor=abc")
                ? ScriptedTarget.ok(#"{"items":[{"id":3}],"nextCursor":null}"#)
                : ScriptedTarget.ok(#"{"items":[{"id":1},{"id":2}],"nextCursor":"abc"}"#)
        }
        defer { target.stop() }
        let client = try GatewayClient(GatewayAccess(url: target.url(""), key: Secret("k")))
        let items = try client.all("/api/v1/monitors")
        #expect(items.map { $0.integer("id") } == [1, 2, 3])
        #expect(
            target.requests.map(\.path) == [
                "/api/v1/monitors?limit=1000", "/api/v1/monitors?limit=1000&cursor=abc",
            ]
        )
        #expect(JSONList.text(items) == "{\"items\":[\n{\"id\":1},\n{\"id\":2},\n{\"id\":3}\n]}\n")
    }

    @Test func `the status table tells states by shape and word, the urgent first`() throws {
        let up = try self.object(
            """
            {"monitor":1,"name":"API\\u001b[2J","state":"up","degraded":false,"since":"2026-11-21T00:00:00.000Z",
             "regions":{"us":{"outcome":"up","latencyMs":12.34},"eu":{"outcome":"degraded","latencyMs":1203}}}
            """
        )
        let down = try self.object(
            """
            {"monitor":22,"name":"Shop","state":"down","degraded":false,"since":"2026-11-21T02:56:00.000Z",
             "regions":{"eu":{"outcome":"down","reason":"status","latencyMs":3,"detail":"status 503, expected 200-299"}}}
            """
        )
        let new = try self.object(
            #"{"monitor":3,"name":"New","state":"new","degraded":false,"since":"2026-11-21T03:00:00.000Z","regions":{}}"#
        )
        let now = try #require(Moment.parse("2026-11-21T03:00:00.500Z"))
        #expect(
            StatusTable.text([up, down, new], now: now, .plain) == """
                STATE   ID  NAME     SINCE           REGIONS                WHY
                ✖ down  22  Shop     down for 4 min  eu ✖ status            status 503, expected 200-299
                ○ new   3   New      new just now
                ● up    1   API [2J  up for 3 h      eu ▲ 1.20 s, us 12 ms

                1 down, 1 new, 1 up

                """
        )
        #expect(StatusTable.text([], now: now, .plain).hasPrefix("Nothing is watched yet."))
    }

    @Test func `the list tells how monitors are set`() throws {
        let monitor = try self.object(
            """
            {"id":7,"name":"Shop","type":"http","target":"https://shop.example.com","interval":0.5,"enabled":true,
             "regions":["eu","us"],"channels":[]}
            """
        )
        let paused = try self.object(
            #"{"id":8,"name":"DB","type":"tcp","target":"db:5432","interval":60,"enabled":false,"regions":null}"#
        )
        #expect(
            ListVerb.table([monitor, paused], .plain) == """
                ID  NAME  TYPE  TARGET                    EVERY   REGIONS  CHANNELS
                7   Shop  http  https://shop.example.com  0.5 s   eu, us   none
                8   DB    tcp   db:5432                   paused  all      default

                """
        )
    }

    // MARK: Adding

    @Test func `what is not said is left to the gateway`() throws {
        let plain = try NewMonitor(try VerbArguments(["example.com"], for: AddVerb.self))
        #expect(
            String(decoding: plain.body(channel: nil), as: UTF8.self)
                == #"{"name":"example.com","type":"http","target":"https://example.com"}"#
        )
        let full = try NewMonitor(
            try VerbArguments(
                [
                    "--name", "DB", "--interval", "1.5", "--threshold=2", "--region", "eu", "--region", "us",
                    "db.example.com:5432",
                ],
                for: AddVerb.self
            )
        )
        let body = String(decoding: full.body(channel: 4), as: UTF8.self)
        #expect(
            body == #"{"name":"DB","type":"tcp","target":"db.example.com:5432","interval":1.5,"failureThreshold":2,"#
                + #""regions":["eu","us"],"channels":[4]}"#
        )
    }

    @Test func `a webhook's channel is made once and found again by its name`() throws {
        let url = "https://hooks.example.com/T0/secret"
        let name = try WebhookChannel.name(of: url)
        #expect(name.hasPrefix("hooks.example.com ") && !name.contains("secret"))
        #expect(try WebhookChannel.name(of: url + "2") != name)
        #expect(WebhookChannel.type(of: "https://hooks.slack.com/services/x") == "slack")
        #expect(WebhookChannel.type(of: "https://Discord.com/api/webhooks/1/x") == "discord")
        let target = ScriptedTarget { request in
            if request.method == "POST" {
                return ScriptedTarget.answer(201, #"{"id":5,"name":"x","type":"webhook","secret":"whsec_abc"}"#)
            }
            let isKnown = request.head.contains("Bearer second")
            return ScriptedTarget.ok(
                isKnown ? #"{"items":[{"id":5,"name":"\#(name)"}],"nextCursor":null}"# : #"{"items":[]}"#
            )
        }
        defer { target.stop() }
        let made = try WebhookChannel.obtain(
            url,
            try GatewayClient(GatewayAccess(url: target.url(""), key: Secret("first")))
        )
        #expect(made.id == 5)
        #expect(AddVerb.words(made).last == "Its signing secret, shown this once: whsec_abc")
        #expect(target.requests.last?.body == #"{"name":"\#(name)","type":"webhook","url":"\#(url)"}"#)
        let found = try WebhookChannel.obtain(
            url,
            try GatewayClient(GatewayAccess(url: target.url(""), key: Secret("second")))
        )
        #expect(found.isReused)
        #expect(AddVerb.words(found) == ["Alerts go to channel 5, \(name), which was there already."])
    }

    // MARK: People

    @Test func `a person is added and let in by a link, found again in whatever case`() throws {
        let people = #"{"items":[{"id":3,"name":"Ada","role":"editor","hasPassword":true}],"nextCursor":null}"#
        let target = ScriptedTarget { request in
            switch (request.method, request.path) {
            case ("POST", "/api/v1/people"): ScriptedTarget.answer(201, #"{"id":3,"name":"Ada","role":"editor"}"#)
            case ("POST", _): ScriptedTarget.answer(201, #"{"token":"t","url":"http://a/sign-in#token=t"}"#)
            default: ScriptedTarget.ok(people)
            }
        }
        defer { target.stop() }
        let client = try GatewayClient(GatewayAccess(url: target.url(""), key: Secret("k")))
        let link = "Sign in, once, within ten minutes: http://a/sign-in#token=t"
        #expect(try UserVerb.add("Ada", role: "editor", client) == "Ada is person 3, editor.\n\(link)")
        #expect(target.requests.map(\.body) == [#"{"name":"Ada","role":"editor"}"#, #"{"person":3}"#])
        #expect(try UserVerb.reset("aDA", client) == link)
        #expect(target.requests.last?.body == #"{"person":3}"#)
        #expect(try UserVerb.reset(nil, client) == link)
        #expect(target.requests.last?.body == "{}")
        let unknown = self.failure { () throws(VerbError) in _ = try UserVerb.reset("Adda", client) }
        #expect(unknown?.message == "nobody is called 'Adda'; did you mean 'Ada'?")
        let table = UserVerb.table(try client.all("/api/v1/people"), .plain)
        #expect(table.hasSuffix("3   Ada   editor  set       never\n"))
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2026-11-21T02:56:00.125Z", 1_795_229_760_125),
            ("2024-02-29T23:59:59Z", 1_709_251_199_000),
        ] as [(String, Int64)]
    )
    func `moments of the API are read`(_ text: String, _ millis: Int64) {
        #expect(Moment.parse(text) == millis)
        #expect(text.count < 24 || Timestamp.rfc3339(millis) == text)
    }

    @Test(arguments: ["", "now", "2026-11-21", "2026-13-01T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T01:00:00"])
    func `what is no moment is refused`(_ text: String) {
        #expect(Moment.parse(text) == nil)
    }
}
