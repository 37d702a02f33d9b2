import Events
import Postgres
import TestServers
import Testing

@testable import Alerter
@testable import HTTPClient

/// What Discord is told, and how long it wants to be left alone.
@Suite(.timeLimit(.minutes(1))) struct DiscordTests {
    private let monitor = Monitor(
        id: 42,
        name: "@everyone *Shop*",
        target: "https://shop.example/a_b?c=1",
        check: .tcp(.init()),
        createdAt: 1_795_189_000_000
    )
    private let announcer = Announcer(publicURL: "https://apus.example")

    private func body(_ announcement: Announcement) -> String {
        let secrets = ChannelSecrets(url: "https://discord.example/api/webhooks/1/x")
        let request = DiscordFormat().request(announcement, webhookID: "msg_x", to: secrets, now: 0)
        return String(decoding: request?.body ?? [], as: UTF8.self)
    }

    @Test func `down is told with the reason, and pings nobody`() {
        let opened = self.announcer.opened(IncidentFixture.make(), of: self.monitor, at: 1_795_189_560_123)
        #expect(
            self.body(opened)
                == ##"{"content":"🔴 \\@everyone \\*Shop\\* is down","embeds":[{"##
                + ##""title":"\\@everyone \\*Shop\\* is down","description":"status 503 \\<b\\>","##
                + ##""url":"https://apus.example/incidents/inc_a","color":15158332,"##
                + ##""timestamp":"2026-11-20T15:46:00.123Z","fields":["##
                + ##"{"name":"Status","value":"DOWN","inline":true},"##
                + ##"{"name":"Target","value":"https://shop.example/a_b?c=1","inline":true},"##
                + ##"{"name":"Reason","value":"status","inline":true},"##
                + ##"{"name":"Regions","value":"eu, us","inline":true},"##
                + ##"{"name":"Since","value":"2026-11-20T15:45:50.000Z","inline":true}]}],"##
                + ##""allowed_mentions":{"parse":[]}}"##
        )
    }

    @Test func `recovery is told with how long it lasted`() {
        var incident = IncidentFixture.make()
        incident.endedAt = incident.startedAt + 7_530_000
        incident.resolution = .recovered
        let body = self.body(self.announcer.resolved(incident, of: self.monitor, at: 1_795_189_620_000))
        #expect(body.contains(#"{"name":"Status","value":"UP","inline":true}"#))
        #expect(body.contains(#"{"name":"Down for","value":"2 h 5 min","inline":true}"#))
        #expect(body.contains("🟢") && body.contains(#""color":3066993"#))
    }

    @Test(arguments: [
        (0.2, "less than 1 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min 59 s"), (3_605, "1 h"),
        (90_061, "1 d 1 h"), (-5, "less than 1 s"), (.infinity, "11574074 d 1 h"),
    ])
    func `lengths of time are told in two units`(seconds: Double, words: String) {
        #expect(AnnouncementWords.span(seconds) == words)
    }

    @Test func `a message stays within Discord's limits`() {
        var monitor = self.monitor
        monitor.name = String(repeating: "*", count: 5_000)
        monitor.target = String(repeating: "x", count: 5_000)
        var incident = IncidentFixture.make()
        incident.detail = String(repeating: "𝄞", count: 5_000)
        incident.regions = (0..<500).map { "region-\($0)" }
        let body = self.body(self.announcer.opened(incident, of: monitor, at: 0))
        #expect(body.utf16.count < 6_000 + 2_000 + 700)
        #expect(!body.contains(String(repeating: "x", count: 501)))
    }

    @Test(
        arguments: [
            (#"{"retry_after":1.337,"global":false}"#, 1_337), (#"{"retry_after":64}"#, 64_000),
            (#"{"retry_after":6457}"#, 6_457), (#"{"retry_after":0.2}"#, 1_000), (#"{"retry_after":1e9}"#, 3_600_000),
            (#"{"retry_after":-1}"#, nil), (#"{"retry_after":"5"}"#, nil), ("no JSON", nil), ("{}", nil),
        ] as [(String, Int64?)]
    )
    func `the wait that Discord asks for is understood`(body: String, wait: Int64?) {
        var outcome = HTTPOutcome()
        outcome.status = 429
        outcome.body = Array(body.utf8)
        #expect(DiscordFormat().wait(outcome) == wait)
        outcome.headers = [HTTPHeader("Retry-After", "7")]
        let verdict = Verdict(outcome, now: 0, wish: DiscordFormat().wait(outcome))
        #expect(verdict.course == .retry(after: wait ?? 7_000))
        outcome.status = 500
        #expect(DiscordFormat().wait(outcome) == nil)
    }

    @Test func `a listed Discord channel hears when monitoring starts and ends, and no other does`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.channel(2, type: .discord, isDefault: true)
        try world.channel(3, type: .discord, isDefault: false)
        let alerter = try world.start()
        defer { alerter.stop() }
        func contents(_ path: String) -> [String] {
            world.receiver.notices(path).map { String($0.body.split(separator: "\"").dropFirst(3).first ?? "") }
        }
        try world.monitor(1, channels: [1, 3])
        try world.monitor(2)
        let started = #"🟢 Monitoring of Shop \\<1\\> has started"#
        #expect(eventually(within: .seconds(10)) { contents("/3") == [started] })
        world.now += 1_000
        // An edit that leaves the channels as they are starts nothing.
        try world.monitor(1, channels: [1, 3], generation: 2)
        world.now += 1_000
        try world.monitor(1, channels: [1, 3], enabled: false, generation: 3)
        let ended = #"🟢 Monitoring of Shop \\<1\\> has ended"#
        #expect(eventually(within: .seconds(10)) { contents("/3") == [started, ended] })
        world.now += 1_000
        try world.monitor(1, channels: [1, 3], generation: 4)
        #expect(eventually(within: .seconds(10)) { contents("/3") == [started, ended, started] })
        try world.delete(1, generation: 5)
        #expect(eventually(within: .seconds(10)) { contents("/3") == [started, ended, started, ended] })
        #expect(contents("/1").isEmpty && contents("/2").isEmpty)
        let told = try world.query("SELECT id FROM announcements ORDER BY id").map { try $0.text(0) }
        #expect(told == ["monitor-1-1-started", "monitor-1-3-ended", "monitor-1-4-started", "monitor-1-5-ended"])
    }
}
