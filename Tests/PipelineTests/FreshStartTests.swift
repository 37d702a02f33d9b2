import Events
import Service
import TestServers
import Testing

extension PipelineTests {
    /// One command from a fresh folder to a delivered alert.
    @Suite(.serialized, .timeLimit(.minutes(3))) struct FreshStartTests {
        @Test func `a website that goes down and comes back gives one alert each on the embedded broker`() throws {
            try Self.alert(on: .embedded)
        }

        @Test(.enabled(if: RealKafka.isAvailable, "APUS_TEST_KAFKA is not set"))
        func `a website that goes down and comes back gives one alert each on a real Kafka`() throws {
            let kafka = try RealKafka()
            defer { kafka.stop() }
            try Self.alert(on: .kafka(kafka))
        }

        private static func alert(on broker: Broker) throws {
            let stack = try Stack(broker)
            let targets = SwitchedTargets(count: 2)
            let inbox = WebhookInbox()
            let api = try stack.api()
            try api.addChannel(inbox)
            try Self.firstResults(api, targets)

            let monitor = try api.addMonitor(
                "Shop",
                target: targets.url(1),
                #""interval":1"#,
                #""failureThreshold":2"#
            )
            expectSoon("the shop is up", within: 5) { api.state(of: monitor) == "up" }
            targets.answer(1, 503)
            let down = expectSoon("the alert is received", within: 5) {
                !inbox.distinct("incident.opened").isEmpty
            }
            expectSoon("down is served", within: 2) { api.state(of: monitor) == "down" }
            try Self.acknowledge(api, monitor)
            targets.answer(1, 200)
            let up = expectSoon("the all-clear is received", within: 8) {
                !inbox.distinct("incident.resolved").isEmpty
            }
            expectSoon("up is served", within: 2) { api.state(of: monitor) == "up" }
            print("alert after \(down) s, all-clear after \(up) s")
            expectAlways("nothing else is said", for: 3) { inbox.notices.count <= 2 }

            #expect(inbox.notices.map(\.type) == ["incident.opened", "incident.resolved"])
            #expect(Set(inbox.notices.map(\.id)).count == 2)
            #expect(inbox.notices.filter { !$0.isSigned }.isEmpty)
            #expect(Set(inbox.notices.map(\.incident)).count == 1)
            let notice = try #require(inbox.notices.last)
            #expect(notice.body["data", "monitor", "id"].integer == monitor)
            #expect(notice.body["data", "monitor", "name"].string == "Shop")
            #expect(notice.body["data", "incident", "resolution"].string == "recovered")
            #expect(inbox.notices.first?.body["data", "reason"].string == "status")
            #expect(api.get("/api/v1/incidents?monitor=\(monitor)")?.json["items"].items.count == 1)
            try stack.stop()
        }

        /// What people do about an incident goes through the log into the books, and to the status.
        private static func acknowledge(_ api: APIClient, _ monitor: Int64) throws {
            let list = "/api/v1/incidents?monitor=\(monitor)&state=open"
            let incident = try #require(api.get(list)?.json["items"].items.first?["id"].string)
            _ = try api.expect(202, "POST", "/api/v1/incidents/\(incident)/acknowledge", #"{"note":"On it."}"#)
            _ = try api.expect(202, "POST", "/api/v1/incidents/\(incident)/comments", #"{"text":"Disk is full."}"#)
            expectSoon("both are in the books", within: 5) {
                api.get("/api/v1/incidents/\(incident)")?.json["actions"].items.compactMap { $0["text"].string }
                    == ["On it.", "Disk is full."]
            }
            expectSoon("the status tells", within: 2) {
                api.get("/api/v1/monitors/\(monitor)/status")?.json["incident", "acknowledgedAt"].string != nil
            }
            _ = try api.expect(409, "POST", "/api/v1/incidents/\(incident)/acknowledge")
        }

        /// The first result of a new monitor is served within 2 s, whatever its interval.
        private static func firstResults(_ api: APIClient, _ targets: SwitchedTargets) throws {
            for interval in [1, 3_600] {
                let monitor = try api.addMonitor("first", target: targets.url(0), #""interval":\#(interval)"#)
                let time = expectSoon("the first result at an interval of \(interval) s is served", within: 2) {
                    api.state(of: monitor) == "up"
                }
                print("first result at an interval of \(interval) s after \(time) s")
                _ = try api.expect(204, "DELETE", "/api/v1/monitors/\(monitor)")
            }
        }
    }
}
