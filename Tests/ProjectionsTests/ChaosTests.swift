import Glibc
import PrivateServers
import Projections
import TestServers
import Testing
import ToyProjection

/// Random faults, one on top of another.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct ChaosTests {
    @Test func `two processes and PostgreSQL are frozen and killed at random, and the books come out exact`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        let server = try PostgresServer()
        defer { server.stop() }
        let world = try ToyWorld(server: server)
        var children = [try world.spawn("a"), try world.spawn("b")]
        var isServerUp = true
        for _ in 0..<40 {
            let count = Int.random(in: 1...30, using: &random)
            try world.produce(count, prefix: Bool.random(using: &random) ? "urgent" : "id")
            usleep(UInt32.random(in: 10_000...250_000, using: &random))
            let victim = Int.random(in: 0...1, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                children[victim].signal(SIGKILL)
                _ = children[victim].wait(.seconds(2))
                children[victim] = try world.spawn(victim == 0 ? "a" : "b", withoutGroup: Bool.random(using: &random))
            case 2: children[victim].signal(SIGSTOP)
            case 3: children[victim].signal(SIGCONT)
            case 4 where isServerUp:
                server.freeze()
                usleep(UInt32.random(in: 100_000...1_500_000, using: &random))
                server.thaw()
            case 5 where isServerUp:
                server.kill()
                isServerUp = false
            case 6, 7:
                guard !isServerUp else { continue }
                try server.restart()
                isServerUp = true
            default: break
            }
        }
        if !isServerUp { try server.restart() }
        for child in children { child.signal(SIGCONT) }
        try world.produce(50)
        try world.expectExact(within: .seconds(25))
        for child in children { _ = child.end([SIGKILL], patience: .seconds(1)) }
    }
}
