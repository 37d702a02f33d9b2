import Glibc
import PrivateServers
import Projections
import TestServers
import Testing
import ToyProjection

/// The toy as a process that is killed at the worst places.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct CrashTests {
    static let points = [
        "after_take", "after_step", "after_publish", "before_commit", "after_db_commit", "after_kafka_commit",
    ]

    @Test func `a crash at any point neither loses nor repeats a record`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        try self.crashEverywhere(try ToyWorld(), &random)
    }

    @Test(.enabled(if: RealKafka.isAvailable))
    func `a crash at any point on a real broker neither loses nor repeats a record`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        try self.crashEverywhere(try ToyWorld(real: true), &random)
    }

    private func crashEverywhere(_ world: ToyWorld, _ random: inout SplitMix) throws {
        for point in Self.points.shuffled(using: &random) {
            let turn = point == "after_take" ? 1 : Int.random(in: 1...4, using: &random)
            let child = try world.spawn("crash", faultAt: "\(point):\(turn)")
            // Enough rounds for the turn to come; each batch is a round of its own at least.
            let died = eventually(within: .seconds(8)) {
                if child.exit == nil { try? world.produce(Int.random(in: 1...40, using: &random), prefix: "urgent") }
                return child.exit != nil
            }
            #expect(died && child.exit == .status(137), "\(point):\(turn)")
            _ = child.end([SIGKILL], patience: .seconds(1))
        }
        for _ in 0..<3 {
            let child = try world.spawn("kill")
            try world.produce(200)
            usleep(UInt32.random(in: 50_000...400_000, using: &random))
            child.signal(SIGKILL)
            _ = child.wait(.seconds(2))
        }
        let last = try world.spawn("last")
        try world.produce(100)
        try world.expectExact()
        #expect(last.end(patience: .seconds(8)) == .status(0))
    }

    @Test func `a process that was frozen is fenced, joins the group and takes its share there`() throws {
        let world = try ToyWorld()
        let zombie = try world.spawn("zombie")
        try world.produce(200)
        try world.expectExact()
        zombie.signal(SIGSTOP)
        try world.produce(200)
        let board = ToyBoard()
        let successor = world.run(board, "successor")
        try world.expectExact()
        zombie.signal(SIGCONT)
        try world.produce(200)
        try world.expectExact()
        // The zombie joined the group and fenced the successor, which joined as well: both hold a part.
        let shared = eventually(within: .seconds(30)) {
            // Who is fenced learns it when it writes.
            try? world.produce(5)
            usleep(100_000)
            return (try? world.number("SELECT count(DISTINCT taken_by) FROM positions")) == 2
                && successor.partitions.count == 2
        }
        #expect(shared, "held: \(successor.partitions)")
        try world.produce(200)
        try world.expectExact()
        successor.stop()
        _ = zombie.end(patience: .seconds(8))
    }
}
