import Checks
import EventLoop
import Events
import Networking
import Synchronization

/// The engines of a pinger, one for each event loop; a monitor lives on the loop that its id names.
///
/// Safe from every thread: everything is handed to the loops.
final class Engines: Sendable {
    private struct Member: Sendable {
        let loop: EventLoop
        let canary: Canary
        // Confined to the loop's thread.
        nonisolated(unsafe) let engine: Engine
    }

    private let members: [Member]

    /// Makes `count` loops with an engine each and starts them.
    init(count: Int, policy: AddressPolicy, canaries: [String], context: Engine.Context) throws {
        var members: [Member] = []
        for number in 0..<max(count, 1) {
            let loop = try EventLoop(name: "probe-\(number)")
            let prober = try Prober(on: loop, policy: policy)
            let canary = Canary(canaries, prober: prober)
            members.append(
                Member(loop: loop, canary: canary, engine: Engine(prober: prober, canary: canary, context: context))
            )
        }
        self.members = members
        for member in members { try member.loop.start() }
    }

    /// Hands news to the loops that they concern.
    func learn(_ news: [Shares.Learned]) {
        var parts = [[Shares.Learned]](repeating: [], count: self.members.count)
        for item in news {
            switch item {
            case .defined(let definition): parts[self.index(of: definition.monitor.id)].append(item)
            case .removed(let monitor): parts[self.index(of: monitor)].append(item)
            case .dropped: for index in parts.indices { parts[index].append(item) }
            }
        }
        for (member, part) in zip(self.members, parts) where !part.isEmpty {
            member.loop.submit { unsafe member.engine.learn(part) }
        }
    }

    /// Asks the canaries, unless that was done within the last second, and says what they said last.
    func canaryVerdict() -> Pulse.Canary {
        guard let first = self.members.first else { return .none }
        let canary = first.canary
        first.loop.submit { canary.refresh() }
        // The newest one: a loop without doubts asks seldom, and what it saw long ago says nothing of now.
        return self.members.map(\.canary.latest).max { $0.at < $1.at }?.verdict ?? .none
    }

    /// When the slowest loop last turned, ``MonotonicTime`` µs; for `/livez`.
    var turnedAt: Int64 { self.members.map(\.loop.turnedAt).min() ?? 0 }

    /// The worst lateness of the loops, in microseconds.
    var lateness: Int64 { self.members.map(\.loop.lateness).max() ?? 0 }

    /// Cancels what is running and ends the loops.
    func stop() {
        for member in self.members {
            member.loop.submit { unsafe member.engine.stop() }
            member.loop.stop()
        }
    }

    private func index(of monitor: Int64) -> Int { Int(monitor % Int64(self.members.count)) }
}
