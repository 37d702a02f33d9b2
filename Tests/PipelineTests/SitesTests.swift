import Glibc
import PrivateServers
import Synchronization
import TestServers
import Testing

extension PipelineTests {
    /// The foreign interfaces on the whole product, spoken by `curl` alone.
    @Suite(.serialized, .timeLimit(.minutes(3))) struct SitesTests {
        @Test
        func `a program that knows only sites and webhooks gets every answer as it expects, and Discord the news`()
            throws
        {
            let stack = try Stack(variables: Self.user.merging(["RATE_LIMIT": "400", "RATE_WINDOW": "300"]) { $1 })
            let status = Mutex(200)
            let target = ScriptedTarget { request in
                if let wanted = Int(request.path.dropFirst("/answer/".count)) { status.withLock { $0 = wanted } }
                return ScriptedTarget.answer(request.path == "/" ? status.withLock { $0 } : 200)
            }
            let inbox = WebhookReceiver()
            defer {
                target.stop()
                inbox.stop()
            }
            let url = try #require(stack.variables["APUS_URL"])
            try Self.tell(
                "sites.sh",
                [
                    url, "ann:a word: secret", target.url("/"), target.url("/answer/503"), target.url("/answer/200"),
                    inbox.url("/discord"), "400",
                ]
            )
            func contents() -> [String] {
                inbox.notices("/discord").map { String($0.body.split(separator: "\"").dropFirst(3).first ?? "") }
            }
            // Two webhooks were added; the second was taken away before anything happened.
            let last = "🟢 Monitoring of Example Site has ended"
            expectSoon("Discord is told of the end", within: 10) { contents().contains(last) }
            let told = contents()
            let started = "🟢 Monitoring of Example Site has started"
            #expect(told.first == started && told.last == last)
            #expect(told.filter { $0 != started } == ["🔴 Example Site is down", "🟢 Example Site is up again", last])
            let down = inbox.notices("/discord").first { $0.body.contains("is down") }?.body ?? ""
            #expect(down.contains(#""name":"Reason","value":"status""#))
            #expect(inbox.notices("/discord").contains { $0.body.contains(#""name":"Down for","value":""#) })
            // Told of the end, the channel goes, too.
            let api = try stack.api()
            expectSoon("the webhook goes after its site", within: 60) {
                api.get("/api/v1/channels")?.text.contains(#""items":[]"#) ?? false
            }
            try stack.stop()
        }

        @Test func `a program that draws the live range gets every range as it expects`() throws {
            let stack = try Stack(variables: Self.user.merging(["DEFAULT_TIMEOUT_SECONDS": "3"]) { $1 })
            let target = ScriptedTarget { request in
                switch request.path {
                case "/good": return ScriptedTarget.answer(200)
                case "/error": return ScriptedTarget.answer(503)
                default: return []
                }
            }
            let refusing = "http://127.0.0.1:\(LoopbackSocket.closedPort())/"
            defer { target.stop() }
            try Self.tell(
                "live.sh",
                [
                    try #require(stack.variables["APUS_URL"]), "ann:a word: secret", target.url("/good"),
                    target.url("/error"), refusing, target.url("/silent"),
                ]
            )
            try stack.stop()
        }

        private static let user = ["VALID_USERNAME": "ann", "VALID_PASSWORD": "a word: secret"]

        /// Runs a story to its end, which is a good one.
        private static func tell(_ name: String, _ arguments: [String]) throws {
            guard let folder = unsafe getcwd(nil, 0) else { throw StoryMissing() }
            defer { unsafe free(folder) }
            let path = unsafe String(cString: folder) + "/Tests/Stories/" + name
            guard unsafe access(path, X_OK) == 0 else { throw StoryMissing() }
            let child = try ChildProcess(ChildCommand(path, arguments))
            #expect(child.wait(.seconds(120)) == .status(0), "\(name) says what differs, above")
        }

        private struct StoryMissing: Error {}
    }
}
