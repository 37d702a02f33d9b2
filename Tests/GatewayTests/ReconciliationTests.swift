import Events
import Kafka
import Testing

@testable import Gateway

@Suite struct ReconciliationTests {
    private func image(_ monitors: [(id: Int64, generation: Int64, requested: Int64?, offset: Int64)]) -> TopicImage {
        var image = TopicImage()
        for item in monitors {
            var monitor = Monitor(
                id: item.id,
                name: "m",
                target: "x:1",
                check: .tcp(TCPCheckSettings()),
                generation: item.generation,
                createdAt: 1_700_000_000_000
            )
            monitor.checkRequestedAt = item.requested
            var value: [UInt8] = []
            monitor.encode(into: &value)
            image.observe(key: String(item.id), value: value, partition: 0, offset: item.offset)
        }
        return image
    }

    private func row(_ generation: Int64, _ requested: Int64? = nil) -> Reconciliation.Row {
        Reconciliation.Row(generation: generation, checkRequestedAt: requested)
    }

    @Test func `what is missing or older on the topic is told again`() {
        let image = self.image([(1, 1, nil, 0), (2, 3, nil, 1), (4, 2, nil, 2)])
        let table = ["1": self.row(1), "2": self.row(4), "3": self.row(1), "4": self.row(2, 1_700_000_000_005)]
        let plan = Reconciliation(table: table, image: image, pending: [])
        #expect(plan.rewrite == ["2", "3", "4"])
        #expect(plan.raise.isEmpty)
        #expect(plan.delete.isEmpty)
    }

    @Test func `a topic that is ahead raises the table's generation`() {
        let plan = Reconciliation(table: ["1": self.row(2)], image: self.image([(1, 7, nil, 0)]), pending: [])
        #expect(plan.raise == ["1": 7])
        #expect(plan.rewrite.isEmpty)
    }

    @Test func `what the table does not know is deleted`() {
        let plan = Reconciliation(table: [:], image: self.image([(1, 7, nil, 0)]), pending: [])
        #expect(plan.delete == ["1": 7])
    }

    @Test func `what the outbox is about to tell is left alone`() {
        let image = self.image([(1, 1, nil, 0), (2, 1, nil, 1)])
        let plan = Reconciliation(table: ["1": self.row(2), "3": self.row(1)], image: image, pending: ["1", "2", "3"])
        #expect(plan.isEmpty)
    }

    @Test func `a tombstone takes a key away`() {
        var image = self.image([(1, 1, nil, 0)])
        image.observe(key: "1", value: nil, partition: 0, offset: 1)
        #expect(Reconciliation(table: [:], image: image, pending: []).isEmpty)
    }

    @Test func `a definition that can't be read is written again`() {
        var image = TopicImage()
        image.observe(key: "1", value: Array("garbage".utf8), partition: 0, offset: 0)
        #expect(Reconciliation(table: ["1": self.row(1)], image: image, pending: []).rewrite == ["1"])
    }

    @Test func `a log that is shorter than what was read is another log`() {
        var image = self.image([(1, 1, nil, 5)])
        let same = image.forgetRecreated([0: Watermarks(low: 0, high: 6)])
        #expect(!same)
        let shorter = image.forgetRecreated([0: Watermarks(low: 0, high: 2)])
        #expect(shorter)
        #expect(image.seen.isEmpty)
    }

    @Test func `records about to leave a log that drops its front are endangered`() {
        let image = self.image([(1, 1, nil, 100), (2, 1, nil, 180)])
        #expect(image.endangered([0: Watermarks(low: 0, high: 200)]).isEmpty)
        #expect(image.endangered([0: Watermarks(low: 90, high: 200)]) == ["1"])
    }
}
