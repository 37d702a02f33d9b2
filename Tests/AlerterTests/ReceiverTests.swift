import Events
import Glibc
import Networking
import Postgres
import TestServers
import Testing

@testable import Alerter

/// Receivers that fail, stall, refuse and come back.
@Suite(.timeLimit(.minutes(1))) struct ReceiverTests {
    /// An alerter whose monitor 1 is about to go down.
    func ready(_ world: AlerterWorld) throws -> Alerter {
        try world.monitor()
        let alerter = try world.start()
        try world.result(.up)
        return alerter
    }

    @Test func `every attempt has the same id and the same body`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        world.receiver.answer("/1", .status(500), .reset, .status(429, headers: ["Retry-After: 1"]), .ok)
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        try world.result(.down)
        world.expect([opened, opened, opened, opened])
        let notices = world.receiver.notices("/1")
        #expect(Set(notices.map(\.id)).count == 1)
        #expect(Set(notices.map(\.body)).count == 1)
        #expect(notices[3].at - notices[2].at >= .seconds(1), "Retry-After is honoured")
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
        #expect(try world.number("SELECT attempts FROM deliveries") == 4)
    }

    @Test func `a redirect is a failure and is not followed`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        world.receiver.answer("/1", .redirect(world.receiver.url("/elsewhere")), .ok)
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        try world.result(.down)
        world.expect([opened, opened])
        #expect(world.receiver.notices("/elsewhere").isEmpty)
    }

    @Test func `what is given up stays visible and can be tried again`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.channel(2)
        world.receiver.answer("/1", .status(410), .ok)
        world.receiver.answer("/2", .status(400))
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        try world.result(.down)
        let given = "SELECT count(*) FROM deliveries WHERE announcement LIKE 'inc%' AND state = 'dead'"
        #expect(eventually(within: .seconds(10)) { (try? world.number(given)) == 2 })
        #expect(world.types("/1").count == 1, "410 ends it at once")
        #expect(world.types("/2").count { $0 == opened } == 3, "another 4xx is tried three times")
        let dead = try world.query(
            "SELECT last_status, last_error, id FROM deliveries WHERE announcement LIKE 'inc%' ORDER BY channel"
        )
        #expect(try dead[0].int64(0) == 410)
        #expect(try dead[0].text(1).contains("410"))
        try world.channel(1, generation: 2)
        // As long as the alerter has not read that the channel is on again, it cancels, which can be tried again too.
        let retry = "SELECT retry_delivery(\(try dead[0].int64(2)))"
        #expect(eventually(within: .seconds(10)) { (try? world.query(retry)) != nil && world.types("/1").count == 2 })
        world.expect([opened, opened])
        #expect(Set(world.receiver.notices("/1").map(\.id)).count == 1)
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
    }

    @Test func `a receiver that is gone has its channel switched off, and others are told so`() throws {
        let world = try AlerterWorld()
        for id: Int64 in 1...3 {
            try world.channel(id, isDefault: id < 3)
            try world.saveChannel(id)
        }
        world.receiver.answer("/1", .status(410))
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        try world.result(.down)
        world.expect([opened, "channel.disabled"], at: "/2")
        try world.result(.up)
        world.expect([opened, "channel.disabled", resolved], at: "/2")
        #expect(world.types("/1") == [opened], "nothing more is sent to it")
        #expect(world.types("/3").isEmpty)
        let told = try #require(world.receiver.notices("/2").first { $0.body.contains("channel.disabled") })
        #expect(told.body.contains("channel 1") && told.body.contains("410"))
        let isOff = "SELECT count(*) FROM channels WHERE id = 1 AND NOT enabled AND generation = 2"
        #expect(eventually(within: .seconds(5)) { (try? world.number(isOff)) == 1 })
        let row = try world.query("SELECT key, value FROM relay_outbox WHERE topic = 'settings'")
        #expect(row.count == 1)
        #expect(try row[0].text(0) == "channel/1")
        let definition = Array(try row[0].text(1).utf8)
        let channel = try decodedChannel(definition)
        #expect(!channel.enabled && channel.generation == 2 && channel.name == "channel 1")
    }

    @Test func `a channel that was edited since its receiver refused stays on`() throws {
        let world = try AlerterWorld()
        try world.saveChannel(1)
        _ = try world.query("UPDATE channels SET generation = 2")
        #expect(try world.query("SELECT disable_channel(1, 1)")[0].bool(0) == false)
        #expect(try world.number("SELECT count(*) FROM channels WHERE enabled") == 1)
        #expect(try world.number("SELECT count(*) FROM relay_outbox") == 0)
    }

    @Test func `a receiver that hangs or drips holds up nobody else`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.channel(2)
        try world.channel(3)
        world.receiver.answer("/1", .hang)
        world.receiver.answer("/2", .drip(every: 1_000))
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        for id: Int64 in 2...6 {
            try world.monitor(id)
            try world.result(.up, of: id)
        }
        let start = ContinuousClock.now
        for id: Int64 in 1...6 { try world.result(.down, of: id) }
        world.expect([String](repeating: opened, count: 6), at: "/3", within: .seconds(5))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(world.types("/1").count == Outbox.perChannel, "no more at once for one channel")
    }

    @Test func `nothing of an incident overtakes`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        world.receiver.answer("/1", .status(500), .status(500), .slow(300), .ok)
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        try world.result(.down)
        try world.result(.up)
        world.expect([opened, opened, opened, resolved])
        let notices = world.receiver.notices("/1")
        #expect(notices[3].at - notices[2].at >= .milliseconds(300))
    }

    @Test func `a metadata address is refused before any connection`() throws {
        let world = try AlerterWorld()
        try world.channel(1, url: "http://169.254.169.254/latest/meta-data")
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        try world.result(.down)
        #expect(eventually(within: .seconds(10)) { world.deliveries("dead") == 1 })
        let row = try world.query("SELECT attempts, last_error FROM deliveries")[0]
        #expect(try row.int64(0) == 1)
        #expect(try row.text(1).contains("address policy"))
        #expect(try !row.text(1).contains("meta-data"), "no part of the URL is told")
    }

    @Test func `the policy of strangers refuses loopback`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start { $0.policy = .public }
        defer { alerter.stop() }
        try world.result(.up)
        try world.result(.down)
        #expect(eventually(within: .seconds(10)) { world.deliveries("dead") == 1 })
        #expect(world.receiver.connections == 0)
    }

    @Test func `a channel's test is claimed from its row`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        let alerter = try self.ready(world)
        defer { alerter.stop() }
        _ = try world.query("SELECT request_channel_test(1), request_channel_test(99)")
        world.expect(["channel.test"])
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
        #expect(world.deliveries("pending") == 1, "a channel that nobody knows yet is waited for")
        #expect(!world.receiver.notices("/1")[0].id.contains("."))
    }
}

/// The macro would keep a span of what is gone.
private func decodedChannel(_ bytes: [UInt8]) throws -> Channel { try Channel.decode(bytes.span) }
