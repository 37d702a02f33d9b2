import Events
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
        #expect(waits(.seconds(5)) { world.deliveries("delivered") == 2 })
        #expect(Set(world.receiver.notices().map(\.id)).count == 2)
        #expect(try world.number("SELECT count(*) FROM incidents WHERE resolution = 'recovered'") == 1)
        #expect(world.types() == [opened, resolved])
    }
}
