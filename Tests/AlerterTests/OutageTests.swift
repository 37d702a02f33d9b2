import Events
import Glibc
import Postgres
import PrivateServers
import Projections
import Service
import TestServers
import Testing

@testable import Alerter

/// What survives the end of processes and of PostgreSQL.
@Suite(.timeLimit(.minutes(1))) struct OutageTests {
    @Test func `what is pending survives a restart`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        world.receiver.answer("/1", .status(503))
        let first = try world.start { $0.backoff.pauses = [200] }
        try world.result(.up)
        try world.result(.down)
        #expect(eventually(within: .seconds(10)) { !world.types().isEmpty })
        first.stop()
        let before = world.types().count
        try world.result(.up)
        world.receiver.answer("/1", .ok)
        let second = try world.start()
        defer { second.stop() }
        world.expect([String](repeating: opened, count: before + 1) + [resolved])
        #expect(Set(world.receiver.notices().map(\.id)).count == 2)
        #expect(try world.number("SELECT count(*) FROM incidents") == 1)
    }

    @Test func `what is pending survives a log that was recreated`() throws {
        let world = try AlerterWorld()
        try world.saveChannel(1)
        _ = try world.query("SELECT request_channel_test(1)")
        _ = try world.query("UPDATE deliveries SET pending_since = now() - interval '1 hour'")
        // The topic, empty as yet, is read to its end before the books are.
        _ = try world.query("BEGIN")
        _ = try world.query("LOCK TABLE channels, deliveries IN ACCESS EXCLUSIVE MODE")
        let health = Health()
        let alerter = try world.start(health: health)
        defer { alerter.stop() }
        #expect(eventually(within: .seconds(10)) { !health.unmet.contains { $0.hasPrefix("settings") } })
        _ = try world.query("COMMIT")
        world.expect(["channel.test"])
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
    }

    @Test func `a lease is counted from its row, however long the transaction waited`() throws {
        let world = try AlerterWorld()
        let announcement = Announcer(publicURL: nil).log(isSilent: true, since: 1, at: 1)
        let entry = DeliveryBooks.Entry(announcement: announcement.id, channel: 1, webhookID: "msg_1", wantsLease: true)
        let connection = try PostgresConnection(world.database)
        defer { connection.close() }
        let lease = try connection.withTransaction { connection in
            try connection.query("SELECT pg_sleep(0.5)")
            let lease = Lease(from: BootClock.millis)
            _ = try DeliveryBooks(owner: "a/1").insert([announcement], [entry], on: connection)
            return lease
        }
        let left = try world.number(
            "SELECT floor(extract(epoch FROM lease_until - clock_timestamp()) * 1000)::bigint FROM deliveries"
        )
        #expect(BootClock.millis + left >= lease.until, "memory believes no longer in it than the row says")
    }

    @Test(arguments: ["before_commit:5", "after_db_commit:5", "after_lease:1", "after_send:1", "before_mark_sent:1"])
    func `an alerter killed anywhere tells everything under one id`(fault: String) throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        try world.result(.up)
        let first = try world.spawn(faultAt: fault)
        for _ in 0..<8 {
            try world.result(.down)
            usleep(150_000)
            try world.result(.up)
            usleep(150_000)
            if first.exit != nil { break }
        }
        #expect(first.wait(.seconds(15)) == .status(137))
        let takes = { (try? world.number("SELECT coalesce(sum(epoch), 0)::bigint FROM positions")) ?? 0 }
        let before = takes()
        let second = try world.spawn()
        defer { _ = second.end(patience: .seconds(5)) }
        // The first may have told everything: the second is up once it has taken the partitions.
        #expect(eventually(within: .seconds(30)) { takes() > before })
        let told = { (try? world.number("SELECT 2 * count(*) FROM incidents WHERE ended_ms IS NOT NULL")) ?? 0 }
        #expect(
            eventually(within: .seconds(20)) {
                let ids = Set(world.receiver.notices().map(\.id))
                return told() > 0 && ids.count == told() && world.deliveries("delivered") == told()
            },
            "told: \(world.types()), incidents: \(told() / 2)"
        )
        // Whatever was repeated: nothing of an incident overtook.
        var heard: Set<String> = []
        for notice in world.receiver.notices() {
            let incident = notice.body.split(separator: "\"").first { $0.hasPrefix("inc_") }.map(String.init) ?? ""
            if notice.body.contains(opened) { heard.insert(incident) }
            #expect(heard.contains(incident), "\(notice.body) came before its opening")
        }
        #expect(second.end(patience: .seconds(10)) == .status(0))
    }

    @Test func `alerts go out while PostgreSQL is frozen and are not sent again`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try AlerterWorld(server: server)
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        try world.result(.down)
        world.expect([opened])
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
        server.freeze()
        try world.result(.up)
        world.expect([opened, resolved])
        try world.result(.down)
        world.expect([opened, resolved, opened])
        server.thaw()
        #expect(eventually(within: .seconds(15)) { world.deliveries("delivered") == 3 })
        try world.result(.up)
        world.expect([opened, resolved, opened, resolved])
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 4 })
        #expect(Set(world.receiver.notices().map(\.id)).count == 4)
        #expect(try world.number("SELECT count(*) FROM incidents WHERE ended_ms IS NOT NULL") == 2)
    }

    @Test func `a PostgreSQL that freezes keeps the first alert back for a second at most`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try AlerterWorld(server: server)
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start {
            $0.runner.statementTimeout = .seconds(5)
            $0.runner.roundPatience = .seconds(1)
        }
        defer { alerter.stop() }
        try world.result(.up)
        #expect(eventually(within: .seconds(10)) { (try? world.number("SELECT count(*) FROM alerter_monitors")) == 1 })
        server.freeze()
        let start = ContinuousClock.now
        try world.result(.down)
        world.expect([opened], within: .milliseconds(2_500))
        print("PostgreSQL frozen: the alert came after \(ContinuousClock.now - start)")
        server.thaw()
        #expect(eventually(within: .seconds(15)) { world.deliveries("delivered") == 1 })
        #expect(world.types() == [opened])
    }

    @Test func `a receiver that fails while PostgreSQL is dead gets everything in order`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try AlerterWorld(server: server)
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        #expect(eventually(within: .seconds(10)) { (try? world.number("SELECT count(*) FROM alerter_monitors")) == 1 })
        server.kill()
        world.receiver.answer("/1", .status(500), .status(500), .ok)
        try world.result(.down)
        try world.result(.up)
        world.expect([opened, opened, opened, resolved])
        try server.restart()
        #expect(eventually(within: .seconds(15)) { world.deliveries("delivered") == 2 })
        #expect(world.types().count == 4)
    }

    @Test func `silence of the log is told once, and its end once`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.channel(2, isDefault: false)
        let first = try world.start { $0.silence = 1_500 }
        world.expect(["log.silent"])
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 1 })
        first.stop()
        let second = try world.start { $0.silence = 1_500 }
        defer { second.stop() }
        try world.monitor()
        world.expect(["log.silent", "log.heard"])
        #expect(world.types("/2").isEmpty)
    }
}
