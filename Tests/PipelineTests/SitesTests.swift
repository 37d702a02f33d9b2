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
            let stack = try Stack(variables: ["VALID_USERNAME": "ann", "VALID_PASSWORD": "a word: secret"])
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
            let story = ChildCommand(
                try Self.story(),
                [
                    url, "ann:a word: secret", target.url("/"), target.url("/answer/503"), target.url("/answer/200"),
                    inbox.url("/discord"),
                ]
            )
            let child = try ChildProcess(story)
            #expect(child.wait(.seconds(120)) == .status(0))
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
            try stack.stop()
        }

        private static func story() throws -> String {
            guard let folder = unsafe getcwd(nil, 0) else { throw StoryMissing() }
            defer { unsafe free(folder) }
            let path = unsafe String(cString: folder) + "/Tests/Stories/sites.sh"
            guard unsafe access(path, X_OK) == 0 else { throw StoryMissing() }
            return path
        }

        private struct StoryMissing: Error {}
    }
}
