import Events
import JSON
import Networking
import Testing

@testable import Gateway

@Suite struct MonitorDocumentTests {
    private func read(_ text: String, editing former: MonitorDocument.Draft? = nil) throws -> MonitorDocument.Draft {
        try MonitorDocument.read(try JSONParser.parse(Array(text.utf8)), editing: former)
    }

    private func faults(_ text: String, editing former: MonitorDocument.Draft? = nil) throws -> [String] {
        do {
            _ = try self.read(text, editing: former)
            return []
        } catch let faults as JSONFaults {
            return faults.faults.map(\.pointer)
        }
    }

    @Test func `a name, a type and a target are enough`() throws {
        let draft = try self.read(#"{"name":"Shop","type":"http","target":"https://example.com","interval":10}"#)
        #expect(draft.monitor.interval == 10_000)
        #expect(draft.monitor.timeout == 8_000)
        #expect(draft.monitor.retryInterval == 10_000)
        #expect(draft.monitor.failureThreshold == 3)
        #expect(draft.monitor.quorum == .majority)
        #expect(draft.monitor.channels == nil)
        #expect(draft.monitor.regions == nil)
        #expect(draft.monitor.enabled)
    }

    @Test func `a push monitor, whose heartbeats nobody takes yet, is refused`() throws {
        #expect(try self.faults(#"{"name":"Backup","type":"push"}"#) == ["/type"])
    }

    @Test func `every fault is named at once by its pointer`() throws {
        let text = #"""
            {"name":"","type":"http","target":"ftp://x","interval":0,"timeout":"5","failureThreshold":1.5,
             "quorum":"most","regions":["EU"],"headers":{"Host":"x","X-A":"a\nb"},"nonsense":1,"tags":["a","a"]}
            """#
        let expected = [
            "/name", "/interval", "/target", "/timeout", "/failureThreshold", "/quorum", "/regions/0", "/tags",
            "/headers/X-A", "/nonsense",
        ]
        #expect(try Set(self.faults(text)) == Set(expected))
        #expect(try self.faults("[]") == [""])
        #expect(try Set(self.faults("{}")) == ["/name", "/type"])
    }

    @Test(arguments: [
        "http://", "https:///path", "example.com", "http://user:pw@example.com/", "http://a b/", "http://x/#top",
        "http://example.com\\@127.0.0.1", "http://x:0/", "http://x:65536/", "http://x:y/", "http://[::1", "http://[1]/",
        "javascript:alert(1)", "http://x:80:80/", "http://evil@127.0.0.1",
    ])
    func `a target that is no plain URL is refused`(_ target: String) throws {
        #expect(!Target.isURL(target))
    }

    @Test(arguments: [
        "http://169.254.169.254/latest", "http://2852039166/", "http://0xa9fea9fe:80/", "http://0251.0376.43518/",
        "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]?a://b",
    ])
    func `a metadata address is refused in every spelling`(_ target: String) throws {
        #expect(try self.faults(#"{"name":"x","type":"http","target":"\#(target)"}"#) == ["/target"])
    }

    @Test(arguments: [
        ("127.1:22", true), ("[::1]:22", true), ("10.0.0.1:22", true), ("8.8.8.8:53", false), ("db:22", false),
    ])
    func `the policy of strangers refuses private addresses, and says so`(_ target: String, isRefused: Bool) throws {
        let document = try JSONParser.parse(Array(#"{"name":"x","type":"tcp","target":"\#(target)"}"#.utf8))
        #expect(throws: Never.self) { try MonitorDocument.read(document) }
        do {
            let draft = try MonitorDocument.read(document, policy: .public)
            #expect(!isRefused)
            // What stands already is not judged again by an edit of something else.
            let edit = try JSONParser.parse(Array(#"{"name":"y"}"#.utf8))
            #expect(throws: Never.self) { try MonitorDocument.read(edit, editing: draft, policy: .public) }
        } catch let faults as JSONFaults {
            #expect(isRefused)
            #expect(faults.faults.map(\.pointer) == ["/target"])
            #expect(faults.faults.first?.detail.contains("ADDRESS_POLICY") == true)
        }
        let channel = try JSONParser.parse(Array(#"{"name":"x","type":"webhook","url":"http://\#(target)/"}"#.utf8))
        #expect(throws: Never.self) { try ChannelDocument.read(channel) }
        if isRefused {
            #expect(throws: JSONFaults.self) { try ChannelDocument.read(channel, policy: .public) }
        }
    }

    @Test(arguments: [
        "http://x", "HTTPS://Example.com:8443/a?b=c", "http://[::1]:80/", "http://bücher.example/ü",
        // Swift joins what follows to the slash, as one character.
        "http://\u{1F3FB}x/", "http://\u{301}x/",
    ])
    func `a plain URL is taken`(_ target: String) throws {
        #expect(Target.isURL(target))
    }

    @Test func `a whole number is one however it is written`() throws {
        let text = #"{"name":"a","type":"tcp","target":"x:1","quorum":2.0,"failureThreshold":4.0}"#
        let monitor = try self.read(text).monitor
        #expect(monitor.quorum == .count(2))
        #expect(monitor.failureThreshold == 4)
        #expect(try self.faults(#"{"name":"a","type":"tcp","target":"x:1","quorum":2.5}"#) == ["/quorum"])
    }

    @Test func `an edit keeps what it leaves out and null takes the default`() throws {
        let first = try self.read(
            #"{"name":"a","type":"http","target":"http://x","interval":30,"group":"g","tags":["t"],"bearerToken":"s3"}"#
        )
        let second = try self.read(#"{"interval":5,"group":null,"enabled":false}"#, editing: first)
        #expect(second.monitor.interval == 5_000)
        #expect(second.monitor.retryInterval == 5_000)
        #expect(second.monitor.group == nil)
        #expect(second.monitor.tags == ["t"])
        #expect(second.secrets.bearer == "s3")
        #expect(!second.monitor.enabled)
        #expect(try self.faults(#"{"name":null}"#, editing: first) == ["/name"])
        #expect(try self.faults(#"{"type":"tcp"}"#, editing: first) == ["/target"])
    }

    @Test func `secrets go in and never come out`() throws {
        let draft = try self.read(
            #"{"name":"a","type":"http","target":"http://x","headers":{"X-Token":"hush"},"basicAuth":{"user":"u","password":"hush"}}"#
        )
        var writer = JSONWriter()
        MonitorDocument.write(draft, to: &writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(!text.contains("hush"))
        #expect(text.contains(#""secrets":["headers","basicAuth"]"#))
    }

    @Test func `what is written can be read back as an edit`() throws {
        let draft = try self.read(
            #"{"name":"a","type":"tcp","target":"[::1]:22","quorum":2,"regions":["eu"],"channels":[],"reminderInterval":600}"#
        )
        #expect(draft.monitor.quorum == .count(2))
        #expect(draft.monitor.channels == [])
        #expect(draft.monitor.reminderInterval == 600_000)
    }
}
