import Events
import HTTPServer
import History
import JSON
import Postgres
import Service
import Testing

@testable import Gateway

/// The interface of sites and webhooks, answer by answer as its document says.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SiteRoutesTests {
    private static let user = ["VALID_USERNAME": "ann", "VALID_PASSWORD": "secret word"]
    /// The user ann with the password "secret word".
    private static let basic = [(name: "authorization", value: "Basic YW5uOnNlY3JldCB3b3Jk")]

    private func door(_ variables: [String: String] = [:]) throws -> Door {
        try Door(Self.user.merging(variables) { $1 })
    }

    private func send(_ door: Door, _ method: HTTPMethod, _ target: String, _ body: String = "") -> (Int, String) {
        let answer = door.send(method, target, Self.basic, body: body)
        guard case .bytes(let bytes) = answer.body else { return (answer.status, "") }
        return (answer.status, String(decoding: bytes, as: UTF8.self))
    }

    private static let site =
        #"{"url":"https://example.com/","name":"Example Site","check_interval_seconds":60,"#
        + #""expected_status_code":200}"#

    @Test func `a site is added, read, listed and deleted`() throws {
        let door = try self.door()
        let first =
            #"{"url":"https://example.com/","name":"Example Site","check_interval_seconds":60,"#
            + #""expected_status_code":200,"id":1}"#
        #expect(self.send(door, .post, "/sites", Self.site) == (200, first))
        let second =
            #"{"url":"https://another-site.com/","name":"Another Site","check_interval_seconds":300,"#
            + #""expected_status_code":200,"id":2}"#
        let defaults = #"{"url":"https://another-site.com/","name":"Another Site"}"#
        #expect(self.send(door, .post, "/sites", defaults) == (200, second))
        #expect(self.send(door, .get, "/sites/1") == (200, first))
        #expect(self.send(door, .get, "/sites") == (200, "[\(first),\(second)]"))
        #expect(self.send(door, .delete, "/sites/1") == (200, #"{"detail":"Site deleted successfully"}"#))
        #expect(self.send(door, .get, "/sites") == (200, "[\(second)]"))
    }

    @Test func `a site is a monitor that two failures bring down and one success brings back`() throws {
        let door = try self.door(["DEFAULT_TIMEOUT_SECONDS": "7"])
        _ = self.send(door, .post, "/sites", Self.site)
        let monitor = try door.send(.get, "/api/v1/monitors/1", key: door.admin).document
        #expect(monitor["failureThreshold"] == .integer(2) && monitor["recoveryThreshold"] == .integer(1))
        #expect(monitor["retryInterval"] == .integer(5) && monitor["timeout"] == .integer(7))
        #expect(monitor["statuses"] == .string("200") && monitor["channels"] == .null)
        let moved = #"{"url":"https://example.com/","name":"Moved","expected_status_code":301}"#
        _ = self.send(door, .post, "/sites", moved)
        let redirect = try door.send(.get, "/api/v1/monitors/2", key: door.admin).document
        #expect(redirect["maxRedirects"] == .integer(0), "the redirect itself is what is expected")
        let tcp = #"{"name":"m","type":"tcp","target":"x:1"}"#
        #expect(door.send(.post, "/api/v1/monitors", key: door.admin, body: tcp).status == 201)
        #expect(self.send(door, .get, "/sites/3") == (400, #"{"detail":"Site not found"}"#))
    }

    @Test func `lengths are counted in bytes, so that a long text of many bytes spoils no list`() throws {
        let door = try self.door()
        let wide = String(repeating: "\u{1F600}", count: 1_200)
        let url = #"{"url":"https://example.com/\#(wide)","name":"Wide"}"#
        #expect(self.send(door, .post, "/sites", url).0 == 422)
        let name = #"{"url":"https://example.com/","name":"\#(wide.prefix(60))"}"#
        #expect(self.send(door, .post, "/sites", name).0 == 422)
        // One character that people see, made of a thousand.
        let marks = "e" + String(repeating: "\u{301}", count: 1_000)
        let marked = #"{"url":"https://example.com/","name":"\#(marks)"}"#
        #expect(self.send(door, .post, "/sites", marked).0 == 422)
        #expect(self.send(door, .post, "/sites", Self.site).0 == 200)
        let webhook = #"{"site_id":1,"discord_webhook_url":"https://discord.com/api/webhooks/1/\#(wide)"}"#
        #expect(self.send(door, .post, "/webhooks", webhook).0 == 422)
        #expect(self.send(door, .get, "/sites").0 == 200)
        #expect(self.send(door, .get, "/webhooks").0 == 200)
    }

    @Test func `what is not there is said to be so, with the status that this interface has always used`() throws {
        let door = try self.door()
        let site = (400, #"{"detail":"Site not found"}"#)
        for id in ["1", "0", "-1", "99999999999999999999"] {
            #expect(self.send(door, .get, "/sites/\(id)") == site)
            #expect(self.send(door, .delete, "/sites/\(id)") == site)
            #expect(self.send(door, .get, "/sites/\(id)/history") == site)
            #expect(self.send(door, .get, "/webhooks/\(id)") == site)
            #expect(self.send(door, .delete, "/webhooks/\(id)") == (400, #"{"detail":"Webhook not found"}"#))
        }
        let webhook = #"{"site_id":1,"discord_webhook_url":"https://discord.com/api/webhooks/1/x"}"#
        #expect(self.send(door, .post, "/webhooks", webhook) == site)
        #expect(
            self.send(door, .get, "/sites/x")
                == (
                    422,
                    #"{"detail":[{"type":"int_parsing","loc":["path","site_id"],"msg":"Input should be a valid integer, "#
                        + #"unable to parse string as an integer","input":"x"}]}"#
                )
        )
        #expect(self.send(door, .delete, "/webhooks/x").1.contains(#""loc":["path","webhook_id"]"#))
    }

    @Test(arguments: [
        "example.com", "ftp://example.com/", "https://", "https://user:pw@example.com/", "https://exa mple.com/",
        "http://169.254.169.254/",
    ])
    func `a URL that can't be watched is an invalid one`(url: String) throws {
        let door = try self.door()
        let invalid = (400, #"{"detail":"Invalid URL"}"#)
        #expect(self.send(door, .post, "/sites", #"{"url":"\#(url)","name":"x"}"#) == invalid)
        _ = self.send(door, .post, "/sites", Self.site)
        #expect(self.send(door, .post, "/webhooks", #"{"site_id":1,"discord_webhook_url":"\#(url)"}"#) == invalid)
        #expect(self.send(door, .get, "/webhooks") == (200, "[]"))
    }

    @Test(arguments: [
        ("{}", ["missing", "missing"]), ("[]", ["model_attributes_type"]), ("{", ["json_invalid"]), ("", ["missing"]),
        (#"{"url":1,"name":null}"#, ["string_type", "string_type"]),
        (#"{"url":"","name":"x"}"#, ["string_too_short"]),
        (#"{"url":"https://x.example/","name":"x","check_interval_seconds":0}"#, ["greater_than_equal"]),
        (#"{"url":"https://x.example/","name":"x","check_interval_seconds":86401}"#, ["less_than_equal"]),
        (#"{"url":"https://x.example/","name":"x","check_interval_seconds":1.5}"#, ["int_from_float"]),
        (#"{"url":"https://x.example/","name":"x","check_interval_seconds":"a"}"#, ["int_parsing"]),
        (#"{"url":"https://x.example/","name":"x","expected_status_code":null}"#, ["int_type"]),
        (#"{"url":"https://x.example/","name":"x","expected_status_code":99}"#, ["greater_than_equal"]),
    ])
    func `every fault of a body is named`(body: String, types: [String]) throws {
        let door = try self.door()
        let answer = door.send(
            .post,
            "/sites",
            Self.basic + (body.isEmpty ? [("content-type", "application/json")] : []),
            body: body
        )
        #expect(answer.status == 422)
        let faults = try answer.document["detail"]?.items ?? []
        #expect(faults.map { $0["type"]?.text ?? "" } == types)
        #expect(faults.allSatisfy { $0["loc"] != nil && $0["msg"] != nil && $0["input"] != nil })
    }

    @Test func `numbers may come as text and unknown fields are passed over`() throws {
        let door = try self.door()
        let body = #"{"url":"https://x.example/","name":"x","check_interval_seconds":"90","wat":1}"#
        #expect(self.send(door, .post, "/sites", body).1.contains(#""check_interval_seconds":90,"#))
    }

    @Test func `webhooks are the Discord channels of sites, with their URLs`() throws {
        let door = try self.door()
        let ops = #"{"name":"ops","type":"webhook","url":"https://ops.example/"}"#
        #expect(door.send(.post, "/api/v1/channels", key: door.admin, body: ops).status == 201)
        for _ in 0..<2 { _ = self.send(door, .post, "/sites", Self.site) }
        func webhook(_ site: Int, _ id: Int) -> String {
            #"{"site_id":\#(site),"discord_webhook_url":"https://discord.com/api/webhooks/\#(id)/x","id":\#(id)}"#
        }
        for (site, id) in [(1, 2), (1, 3), (2, 4)] {
            let body = #"{"site_id":\#(site),"discord_webhook_url":"https://discord.com/api/webhooks/\#(id)/x"}"#
            #expect(self.send(door, .post, "/webhooks", body) == (200, webhook(site, id)))
        }
        #expect(self.send(door, .get, "/webhooks") == (200, "[\(webhook(1, 2)),\(webhook(1, 3)),\(webhook(2, 4))]"))
        #expect(self.send(door, .get, "/webhooks/1") == (200, "[\(webhook(1, 2)),\(webhook(1, 3))]"))
        let monitor = try door.send(.get, "/api/v1/monitors/1", key: door.admin).document
        #expect(monitor["channels"]?.items == [.integer(1), .integer(2), .integer(3)], "the default one still hears")
        let channels = door.send(.get, "/api/v1/channels", key: door.admin)
        guard case .bytes(let bytes) = channels.body else { return }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("discord.com"), "elsewhere the URL stays hidden")
        #expect(self.send(door, .delete, "/webhooks/1") == (400, #"{"detail":"Webhook not found"}"#), "no Discord")
        #expect(self.send(door, .delete, "/webhooks/2") == (200, #"{"detail":"Webhook deleted successfully"}"#))
        #expect(self.send(door, .delete, "/webhooks/2") == (400, #"{"detail":"Webhook not found"}"#))
        #expect(self.send(door, .get, "/webhooks/1") == (200, "[\(webhook(1, 3))]"))
        let late = #"{"name":"late","type":"webhook","url":"https://late.example/","default":true}"#
        #expect(door.send(.post, "/api/v1/channels", key: door.admin, body: late).status == 201)
        #expect(self.send(door, .delete, "/webhooks/3").0 == 200)
        let bare = try door.send(.get, "/api/v1/monitors/1", key: door.admin).document
        #expect(bare["channels"] == .null, "what is left are the default ones, also those of later")
        #expect(self.send(door, .post, "/webhooks", webhook(1, 3)).0 == 200)
        // The channel outlives its site for a while: it is still to be told of the end.
        #expect(self.send(door, .delete, "/sites/1").0 == 200)
        #expect(self.send(door, .get, "/webhooks") == (200, "[\(webhook(2, 4))]"))
        #expect(door.send(.get, "/api/v1/channels/6", key: door.admin).status == 200)
    }

    @Test func `a webhook goes after its site, once it was told of the end, and unless something else uses it`() throws
    {
        let door = try self.door()
        for _ in 0..<2 { _ = self.send(door, .post, "/sites", Self.site) }
        for url in ["own", "shared", "kept"] {
            let body = #"{"site_id":1,"discord_webhook_url":"https://discord.com/api/webhooks/1/\#(url)"}"#
            #expect(self.send(door, .post, "/webhooks", body).0 == 200)
        }
        let share = door.send(.patch, "/api/v1/monitors/2", key: door.admin, body: #"{"channels":[2]}"#)
        #expect(share.status == 200)
        let plain = #"{"name":"plain","type":"discord","url":"https://discord.com/api/webhooks/2/x"}"#
        #expect(door.send(.post, "/api/v1/channels", key: door.admin, body: plain).status == 201)
        let named = door.send(.patch, "/api/v1/monitors/1", key: door.admin, body: #"{"channels":[1,2,3,4]}"#)
        #expect(named.status == 200)
        #expect(self.send(door, .delete, "/sites/1").0 == 200)
        let makeDefault = door.send(.patch, "/api/v1/channels/3", key: door.admin, body: #"{"default":true}"#)
        #expect(makeDefault.status == 200)
        func removed() throws -> [Int64] {
            try door.pool.withConnection { try $0.withTransaction { try UnnamedWebhooks.remove($0) } }
        }
        func alerterReads(until moment: Int64) throws {
            try door.sql(
                """
                INSERT INTO positions (projection, partition, taken_count, last_timestamp)
                VALUES ('alerter', 0, 1, \(moment)), ('alerter', 1, 1, 0)
                ON CONFLICT (projection, partition) DO UPDATE SET last_timestamp = excluded.last_timestamp
                """
            )
        }
        #expect(try removed() == [], "the log does not know it yet")
        try door.sql("DELETE FROM relay_outbox")
        #expect(try removed() == [], "there is no alerter")
        try alerterReads(until: WallClock.millis)
        #expect(try removed() == [], "the alerter may not have read it")
        try alerterReads(until: WallClock.millis + 60_000)
        try door.sql(
            """
            INSERT INTO announcements (id, type, at_ms, payload) VALUES ('monitor-1-3-ended', 'monitoring.ended', 1, '{}');
            INSERT INTO deliveries (announcement, channel, webhook_id) VALUES ('monitor-1-3-ended', 1, 'w')
            """
        )
        #expect(try removed() == [], "it is being told")
        try door.sql("UPDATE deliveries SET state = 'delivered'")
        #expect(try removed() == [1])
        #expect(try door.count("relay_outbox") == 1, "the log hears of it")
        #expect(try removed() == [] && door.count("unnamed_webhooks") == 0)
        for (channel, status) in [(1, 404), (2, 200), (3, 200), (4, 200)] {
            #expect(door.send(.get, "/api/v1/channels/\(channel)", key: door.admin).status == status)
        }
        // The last one that used the shared one.
        #expect(door.send(.patch, "/api/v1/monitors/2", key: door.admin, body: #"{"channels":null}"#).status == 200)
        try door.sql("DELETE FROM relay_outbox")
        #expect(try removed() == [2])
    }

    @Test func `who has no right is turned away in the words of this interface`() throws {
        let door = try self.door()
        for wrong in [[], [("authorization", "Basic YW5uOndyb25n")], [("authorization", "Basic !")]] {
            let answer = door.send(.get, "/sites", wrong)
            #expect(answer.status == 401)
            #expect(answer.header("WWW-Authenticate")?.hasPrefix("Basic") == true)
            #expect(try answer.document["detail"]?.text != nil)
            #expect(try answer.document["type"] == nil && "\(answer.contentType ?? "")" == "application/json")
        }
        #expect(door.send(.get, "/api/v1/monitors", Self.basic).status == 401, "nowhere else")
        let viewer = try door.makeKey(.viewer)
        #expect(door.send(.get, "/sites", key: viewer).status == 200)
        #expect(door.send(.get, "/webhooks", key: viewer).status == 403)
        #expect(door.send(.post, "/sites", key: viewer, body: Self.site).status == 403)
    }

    @Test func `without name and password the routes say how to switch them on`() throws {
        let door = try Door(["VALID_USERNAME": "", "VALID_PASSWORD": ""])
        for (method, target) in [(HTTPMethod.get, "/sites"), (.post, "/webhooks"), (.delete, "/sites/1")] {
            let answer = door.send(method, target, key: door.admin)
            #expect(answer.status == 404)
            let detail = try answer.document["detail"]?.text ?? ""
            #expect(detail.contains("VALID_USERNAME") && detail.contains("VALID_PASSWORD"))
        }
    }

    @Test func `each user has requests of his own, and waits when they are used up`() throws {
        let door = try self.door(["RATE_LIMIT": "2", "RATE_WINDOW": "30"])
        #expect(self.send(door, .get, "/sites").0 == 200)
        #expect(self.send(door, .get, "/webhooks").0 == 200)
        let answer = door.send(.get, "/sites", Self.basic)
        #expect(answer.status == 429)
        #expect(try #require(answer.header("Retry-After").flatMap { Int($0) }) <= 30)
        #expect(try answer.document["detail"]?.text?.hasPrefix("Too many requests") == true)
        #expect(door.send(.get, "/sites", key: door.admin).status == 200)
        let rate = UserRate(limit: 1, window: 1_000)
        #expect(rate.count(.adminKey, now: 0) == nil && rate.count(.adminKey, now: 400) == 600)
        #expect(rate.count(.adminKey, now: 1_000) == nil)
    }

    // MARK: History

    @Test func `history has a row for each confirmed run, begins with INITIAL and leaves out what nobody knows`() throws
    {
        let door = try self.door()
        _ = self.send(door, .post, "/sites", Self.site)
        let created = try door.send(.get, "/api/v1/monitors/1", key: door.admin).document["createdAt"]?.text ?? ""
        let initial =
            #"{"status":"INITIAL","response_time_ms":null,"last_checked":"\#(created)","#
            + #""last_status_change":"\#(created)"}"#
        #expect(self.send(door, .get, "/sites/1/history") == (200, "[\(initial)]"))
        let day = "2026-11-20T"
        try door.sql(
            """
            INSERT INTO spans (monitor, region, "from", state) VALUES
                (1, '', '\(day)06:35:00Z', 'up'), (1, '', '\(day)06:36:00Z', 'unknown'),
                (1, '', '\(day)06:38:00Z', 'up'), (1, '', '\(day)06:40:00Z', 'down'),
                (1, '', '\(day)06:45:00Z', 'paused'), (1, '', '\(day)06:50:00Z', 'up'),
                (1, 'eu', '\(day)06:37:00Z', 'down');
            INSERT INTO results (monitor, slot, region, attempt, started_at, outcome, total_us, pinger, generation, late)
            SELECT 1, '\(day)06:35:00Z'::timestamptz + s.at * interval '1 minute', 'eu', 0, now(), s.outcome, s.us, 'p', 1,
                false
            FROM (VALUES (0, 'up', 150000), (1, 'unknown', null), (3, 'up', 99000), (4, 'degraded', 2150400),
                (5, 'down', 10000000), (9, 'down', null)) AS s (at, outcome, us);
            """
        )
        func row(_ status: String, _ time: String, _ checked: String, _ changed: String) -> String {
            #"{"status":"\#(status)","response_time_ms":\#(time),"last_checked":"\#(day)\#(checked):00.000Z","#
                + #""last_status_change":"\#(day)\#(changed):00.000Z"}"#
        }
        let up = row("UP", "2150", "06:39", "06:35")
        let down = row("DOWN", "null", "06:44", "06:40")
        let again = row("UP", "null", "06:50", "06:50")
        func history(_ query: String) -> String { self.send(door, .get, "/sites/1/history\(query)").1 }
        #expect(history("") == "[\(initial),\(up),\(down),\(again)]")
        #expect(history("?status=DOWN") == "[\(down)]")
        #expect(history("?sort=desc&page_size=2") == "[\(again),\(down)]")
        #expect(history("?page=2&page_size=3") == "[\(again)]")
        #expect(history("?page=9") == "[]")
        #expect(history("?from=\(day)06:40:00Z&to=\(day)06:50:00Z") == "[\(down)]")
        for fault in ["page=0", "page_size=1001", "status=up", "from=yesterday", "sort=up"] {
            let (status, body) = self.send(door, .get, "/sites/1/history?\(fault)")
            #expect(status == 422 && body.contains(#""loc":["query","#), "\(fault)")
        }
    }
}
