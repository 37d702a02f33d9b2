import Kafka
import TestServers
import Testing

@Suite(.timeLimit(.minutes(5)))
struct GroupTests {
    @Test(arguments: TestBroker.available)
    func `two members share the partitions, and one takes over from the other`(_ broker: TestBroker) throws {
        let topic = try broker.makeTopic(partitions: 4)
        let membership = ConsumerOptions.Membership.group("group-\(topic.name)", topics: [topic.name])
        let members = [Member(try topic.consumer(membership)), Member(try topic.consumer(membership))]
        #expect(eventually { members.allSatisfy { $0.step().count == 2 } })
        #expect(Set(members[0].partitions + members[1].partitions).count == 4)

        try members[0].consumer.commit([LogPosition(members[0].partitions[0], offset: 17)])
        let place = members[0].partitions[0]
        #expect(
            eventually {
                (try? members[0].consumer.committed([place])) == [LogPosition(place, offset: 17)]
            }
        )
        #expect(members[1].consumer.close())
        #expect(eventually { members[0].step().count == 4 })
        #expect(members[0].consumer.close())
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `a static member comes back without a rebalance`() throws {
        let topic = try TestBroker.real.makeTopic(partitions: 4)
        func member(_ instance: String) throws -> Member {
            Member(try topic.consumer(.group("static-\(topic.name)", topics: [topic.name], instance: instance)))
        }
        let first = try member("a")
        var second: Member? = try member("b")
        #expect(eventually { first.step().count == 2 && second?.step().count == 2 })
        let before = second?.partitions
        let rebalances = first.rebalances
        second?.consumer.close()
        second = nil
        let again = try member("b")
        let start = ContinuousClock.now
        #expect(
            eventually {
                _ = first.step()
                return again.step().count == 2
            }
        )
        #expect(ContinuousClock.now - start < .seconds(4), "within the session timeout")
        #expect(again.partitions == before)
        #expect(first.rebalances == rebalances)

        // The same name once more: the older one is out for good.
        let twin = try member("b")
        #expect(
            eventually {
                _ = twin.step()
                _ = again.step()
                return again.failure != nil
            }
        )
        #expect(again.failure?.isFatal == true)
    }

    @Test(.enabled(if: RealKafka.isAvailable, "needs APUS_TEST_KAFKA"))
    func `a consumer without a group commits for those who watch the lag`() throws {
        let topic = try TestBroker.real.makeTopic()
        let consumer = try topic.consumer(.none(commitsAs: "lag-\(topic.name)"))
        try consumer.assign([topic.position()])
        try consumer.commit([topic.position(0, 3)])
        #expect(
            eventually {
                _ = try? consumer.poll(milliseconds: 10)
                return (try? consumer.committed([topic.place()])) == [topic.position(0, 3)]
            }
        )
    }
}

/// A member of a group that takes and gives what it is told.
private final class Member {
    let consumer: Consumer
    private(set) var partitions: [TopicPartition] = []
    private(set) var rebalances = 0
    private(set) var failure: KafkaError?

    init(_ consumer: Consumer) {
        self.consumer = consumer
    }

    /// Polls once; returns what it holds then.
    func step() -> [TopicPartition] {
        do throws(KafkaError) {
            switch try self.consumer.poll(milliseconds: 20) {
            case .assigned(let partitions):
                self.partitions = partitions.sorted()
                self.rebalances += 1
                try self.consumer.assign(partitions.map { LogPosition($0, offset: LogPosition.beginning) })
            case .revoked:
                self.partitions = []
                try self.consumer.unassign()
            default:
                break
            }
        } catch {
            self.failure = error
        }
        return self.partitions
    }
}
