import Crypto
import Glibc
import HTTPClient
import PrivateServers
import TestServers
import Testing

@testable import Alerter
@testable import Events

/// Who is told, and in which words.
@Suite(.timeLimit(.minutes(1))) struct ChannelTests {
    let monitor = Monitor(
        id: 42,
        name: "Shop <&>",
        target: "https://shop.example/?a=1&b=2",
        check: .tcp(.init()),
        createdAt: 1_795_189_000_000
    )

    func announcement(_ kind: Announcement.Kind) -> Announcement {
        var incident = IncidentFixture.make()
        let announcer = Announcer(publicURL: "https://apus.example")
        if kind == .opened { return announcer.opened(incident, of: self.monitor, at: 1_795_189_560_123) }
        incident.endedAt = 1_795_189_620_000
        incident.resolution = .recovered
        return announcer.resolved(incident, of: self.monitor, at: 1_795_189_620_000)
    }

    @Test func `the body of a webhook is as documented`() {
        #expect(
            String(decoding: self.announcement(.opened).payload, as: UTF8.self)
                == #"{"type":"incident.opened","timestamp":"2026-11-20T15:46:00.123Z","data":{"incident":{"#
                + #""id":"inc_a","startedAt":"2026-11-20T15:45:50.000Z","confirmedAt":"2026-11-20T15:46:00.000Z","#
                + #""endedAt":null,"duration":null,"resolution":null},"monitor":{"id":42,"name":"Shop <&>","#
                + #""target":"https://shop.example/?a=1&b=2"},"state":"down","reason":"status","#
                + #""detail":"status 503 <b>","regions":["eu","us"],"url":"https://apus.example/incidents/inc_a"}}"#
        )
    }

    @Test func `a webhook id is the same for ever and has no dot`() {
        let id = self.announcement(.opened).webhookID(channel: 7)
        #expect(id == "msg_7znuemsvys6f64p3arcclqol6x")
        #expect(id.count == 30)
        #expect(id != self.announcement(.opened).webhookID(channel: 8))
        #expect(id != self.announcement(.resolved).webhookID(channel: 7))
    }

    @Test func `the words for Slack are escaped`() throws {
        let request = try #require(
            SlackFormat().request(
                self.announcement(.opened),
                webhookID: "msg_x",
                to: ChannelSecrets(url: "https://hooks.slack.example/T/B/x"),
                now: 0
            )
        )
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == ##"{"text":"Shop &lt;&amp;&gt; is down","attachments":[{"color":"#e01e5a","##
                + ##""fallback":"Shop &lt;&amp;&gt; is down","title":"Details","##
                + ##""title_link":"https://apus.example/incidents/inc_a","text":"status 503 &lt;b&gt;","fields":["##
                + ##"{"title":"Target","value":"https://shop.example/?a=1&amp;b=2","short":true},"##
                + ##"{"title":"Reason","value":"status","short":true},{"title":"Regions","value":"eu, us","short":true},"##
                + ##"{"title":"Since","value":"2026-11-20T15:45:50.000Z","short":true}],"ts":1795189560}]}"##
        )
        #expect(request.headers.map(\.name) == ["Content-Type"], "no secrets of ours go to Slack")
    }

    @Test func `while a signing secret is replaced, both sign`() throws {
        let secrets = ["new", "old", "oldest"].map { "whsec_" + Base64.encode(Array($0.utf8)) }
        func signatures(_ secrets: ChannelSecrets) throws -> [String] {
            let request = WebhookFormat().request(self.announcement(.opened), webhookID: "m", to: secrets, now: 5_000)
            let header = try #require(request).headers.first { $0.name == "webhook-signature" }
            return header?.value.split(separator: " ").map(String.init) ?? []
        }
        func both(until: Int64) -> ChannelSecrets {
            ChannelSecrets(url: "x", signingSecret: secrets[0], former: [.init(secrets[1], until: until)])
        }
        let each = try secrets.flatMap { try signatures(ChannelSecrets(url: "x", signingSecret: $0)) }
        #expect(each.count == 3)
        #expect(try signatures(both(until: 5_001)) == Array(each[..<2]))
        #expect(try signatures(both(until: 5_000)) == [each[0]])
        // Replaced once more on the same day: the receiver may have any of them.
        var all = ChannelSecrets(url: "x", signingSecret: secrets[2])
        all.rotate(to: secrets[1], now: 0, until: 6_000)
        all.rotate(to: secrets[0], now: 1_000, until: 7_000)
        #expect(try signatures(all) == each)
    }

    @Test func `former signing secrets are few, and end each at its time`() throws {
        let start: Int64 = 1_795_189_560_000
        var secrets = ChannelSecrets(url: "x", signingSecret: "whsec_0")
        for number in Int64(1)...5 {
            secrets.rotate(to: "whsec_\(number)", now: start + number, until: start + number + 100)
        }
        var bytes: [UInt8] = []
        secrets.encode(into: &bytes)
        func decode(_ bytes: [UInt8]) throws -> ChannelSecrets { try ChannelSecrets.decode(bytes.span) }
        #expect(try decode(bytes) == secrets)
        #expect(secrets.signing(now: start + 102) == ["whsec_5", "whsec_4", "whsec_3", "whsec_2"])
        #expect(secrets.signing(now: start + 104) == ["whsec_5", "whsec_4"])
        secrets.rotate(to: "whsec_6", now: start + 104, until: start + 204)
        #expect(secrets.former.map(\.secret) == ["whsec_5", "whsec_4"])
    }

    @Test(.enabled(if: ChannelTests.python != nil, "needs scripts/setup test"))
    func `the signature is what receivers verify`() throws {
        let python = try #require(Self.python)
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        try world.result(.down)
        world.expect([opened])
        let notice = try #require(world.receiver.notices("/1").first)
        func verifies(_ body: String) throws -> ChildExit? {
            let program = """
                import sys, standardwebhooks
                secret, body, *headers = sys.argv[1:]
                names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
                try:
                    standardwebhooks.Webhook(secret).verify(body, dict(zip(names, headers)))
                except standardwebhooks.WebhookVerificationError:
                    sys.exit(3)
                """
            let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].map { notice.headers[$0] ?? "" }
            let child = try ChildProcess(ChildCommand(python, ["-c", program, world.signingSecret, body] + headers))
            return child.wait(.seconds(20))
        }
        #expect(try verifies(notice.body) == .status(0))
        #expect(try verifies(notice.body + " ") == .status(3))
    }

    /// The Python of `scripts/setup test`; `nil`: it was not run.
    private static var python: String? {
        guard let folder = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(folder) }
        let path = unsafe String(cString: folder) + "/.build/venv/bin/python"
        return unsafe access(path, X_OK) == 0 ? path : nil
    }

    @Test func `listed channels are told, or the defaults, and nobody younger than the event`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.channel(2, isDefault: false)
        try world.channel(3, createdAt: world.now + 3_600_000)
        try world.channel(4, enabled: false)
        try world.monitor(1)
        try world.monitor(2, channels: [2, 99])
        try world.monitor(3, channels: [])
        let alerter = try world.start()
        defer { alerter.stop() }
        for id: Int64 in 1...3 {
            try world.result(.up, of: id)
            try world.result(.down, of: id)
        }
        try world.result(.up, of: 1)
        world.expect([opened, resolved], at: "/1")
        world.expect([opened], at: "/2")
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 3 })
        #expect(try world.number("SELECT count(*) FROM incidents") == 3)
        #expect(try world.number("SELECT count(*) FROM deliveries") == 3)
    }

    @Test func `an edited channel gets what is told after the edit`() throws {
        let world = try AlerterWorld()
        try world.channel(1, "/old")
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        try world.result(.down)
        world.expect([opened], at: "/old")
        try world.channel(1, "/new", generation: 2)
        try world.result(.up)
        world.expect([resolved], at: "/new")
    }

    @Test(arguments: ["paused", "deleted"])
    func `pausing or deleting a monitor ends its incident`(resolution: String) throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        try world.result(.down)
        world.expect([opened])
        if resolution == "paused" {
            world.now += 1_000
            try world.monitor(enabled: false, generation: 2)
        } else {
            try world.delete()
        }
        world.expect([opened, resolved])
        #expect(world.receiver.notices("/1").last?.body.contains(#""resolution":"\#(resolution)""#) == true)
        #expect(try world.number("SELECT count(*) FROM incidents WHERE resolution = '\(resolution)'") == 1)
    }
}

/// An incident as the step makes it.
enum IncidentFixture {
    static func make() -> Incident {
        Incident(
            id: "inc_a",
            monitor: 42,
            startedAt: 1_795_189_550_000,
            confirmedAt: 1_795_189_560_000,
            reason: .status,
            detail: "status 503 <b>",
            regions: ["eu", "us"],
            reminders: 0
        )
    }
}
