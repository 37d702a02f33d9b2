import Service
import Testing

@testable import Alerter

@Suite struct OutboxTests {
    private func delivery(_ channel: Int64, _ number: Int64 = 1) -> Delivery {
        let announcement = Announcer(publicURL: nil).log(isSilent: true, since: number, at: number)
        return Delivery(announcement, channel: channel, permission: .lease(Lease(from: 0)), pendingSince: 0)
    }

    @Test func `a lease is not given back while an attempt runs under it`() {
        let outbox = Outbox()
        outbox.add([self.delivery(1)])
        let first = outbox.takeReady(now: 0).ready
        #expect(first.count == 1)
        let failure = DeliveryReport(webhookID: self.delivery(1).webhookID, state: .pending, attempts: 1)
        outbox.finish(failure, nextAt: 5)
        #expect(outbox.reports == [failure])
        // The rows could not be told meanwhile, and the next attempt begins.
        #expect(outbox.takeReady(now: 5).ready.count == 1)
        #expect(outbox.reports.isEmpty)
        var end = failure
        end.state = .delivered
        end.attempts = 2
        outbox.finish(end, nextAt: 5)
        #expect(outbox.reports == [end])
    }

    @Test func `a hundred receivers that hang hold up nobody else`() {
        let outbox = Outbox()
        for channel in 1...100 { outbox.add([self.delivery(Int64(channel), 1), self.delivery(Int64(channel), 2)]) }
        #expect(outbox.takeReady(now: 0).ready.count == 200)
        outbox.add([self.delivery(101)])
        #expect(outbox.takeReady(now: 0).ready.map(\.channel) == [101])
    }
}
