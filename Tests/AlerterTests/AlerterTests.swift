import Events
import Kafka
import Postgres
import Service
import TestServers
import Testing

@testable import Alerter

/// From records on the log to what a receiver gets, with healthy servers.
@Suite(.timeLimit(.minutes(1))) struct AlerterTests {
    @Test func `an incident is told once when it opens and once when it is over`() throws {
        let world = try AlerterWorld()
        try world.channel(1)
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        try world.result(.down)
        world.expect([opened])
        try world.result(.down)
        try world.result(.up)
        world.expect([opened, resolved])
        try world.result(.up)
        #expect(eventually(within: .seconds(5)) { world.deliveries("delivered") == 2 })
        #expect(Set(world.receiver.notices().map(\.id)).count == 2)
        #expect(try world.number("SELECT count(*) FROM incidents WHERE resolution = 'recovered'") == 1)
        #expect(world.types() == [opened, resolved])
    }

    @Test func `a channel that the log can't tell of in time hears of an incident all the same`() throws {
        let world = try AlerterWorld()
        try world.monitor()
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        let booked = { (try? world.number("SELECT count(*) FROM alerter_monitors")) ?? 0 }
        #expect(eventually(within: .seconds(20)) { booked() == 1 })
        world.broker?.failTopic(Topic.settings, with: .unknownTopicOrPartition)
        try world.saveChannel(1)
        try world.result(.down)
        world.expect([opened])
    }

    @Test func `reminders come until somebody acknowledges`() throws {
        let world = try AlerterWorld()
        world.now -= 3_600_000
        try world.channel(1)
        try world.monitor(reminderInterval: 300_000)
        let alerter = try world.start()
        defer { alerter.stop() }
        try world.result(.up)
        func stayDown() throws {
            for _ in 0..<18 {
                world.now += 20_000
                try world.result(.down)
            }
        }
        try stayDown()
        world.expect([opened, "incident.reminder"])
        try world.send(.action(Action(monitor: 1, verb: .acknowledge, person: "Ada", text: "on it", at: world.now)))
        try stayDown()
        try world.result(.up)
        world.expect([opened, "incident.reminder", resolved])
        #expect(Set(world.receiver.notices().map(\.id)).count == 3)
        let incident = try world.query("SELECT acknowledged_by FROM incidents")
        #expect(try incident[0].text(0) == "Ada")
        #expect(try world.number("SELECT count(*) FROM incident_actions") == 1)
    }
}
