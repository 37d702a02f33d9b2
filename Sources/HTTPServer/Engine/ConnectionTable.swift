import Glibc
import Synchronization

/// All open connections, and the limits that keep a stuck client from shutting others out.
///
/// Whoever has not finished its headers makes room first, the oldest before the others: a client that has something to
/// say is always newer than one that is stuck.
final class ConnectionTable: Sendable {
    private struct State {
        var open: [Int32: Connection] = [:]
        var clients: [PeerAddress.Network: Client] = [:]
        var accepted = 0
        var evicted = 0
        var timedOut = 0
    }

    /// The connections of one address.
    private struct Client {
        var count = 0
        // In the order of their coming; those that have finished their headers are dropped when the list grows.
        var unfinished: [Connection] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    private let limitPerAddress: Int
    private let unfinishedPerAddress: Int

    init(_ configuration: HTTPServer.Configuration) {
        // The process needs descriptors for other things; without any left, nobody could be let in to make room.
        var files = rlimit()
        let isKnown = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0
        let share = isKnown ? Int(clamping: files.rlim_cur) / 4 * 3 : configuration.connections
        self.limit = max(1, min(configuration.connections, share))
        self.limitPerAddress = configuration.connectionsPerAddress
        self.unfinishedPerAddress = configuration.unfinishedPerAddress
    }

    /// Takes in a new connection and shuts others where limits are reached.
    func add(_ connection: Connection) {
        self.state.withLock { state in
            let network = connection.peer.network
            var client = state.clients.removeValue(forKey: network) ?? Client()
            state.accepted += 1
            state.open[connection.descriptor] = connection
            client.count += 1
            client.unfinished.append(connection)
            if client.unfinished.count > self.unfinishedPerAddress {
                client.unfinished.removeAll { $0.phase.load(ordering: .relaxed) != .unfinished }
                while client.unfinished.count > self.unfinishedPerAddress {
                    Self.evict(client.unfinished.removeFirst(), &state)
                }
            }
            let count = client.count
            state.clients[network] = client
            if count > self.limitPerAddress {
                Self.evictIdlest(of: network, sparing: connection, &state)
            } else if state.open.count > self.limit {
                Self.evictIdlest(of: nil, sparing: connection, &state)
            }
        }
    }

    /// Forgets a connection, which must happen before its descriptor is closed.
    func remove(_ connection: Connection) {
        self.state.withLock { state in
            connection.phase.store(.over, ordering: .relaxed)
            state.open[connection.descriptor] = nil
            let network = connection.peer.network
            guard var client = state.clients.removeValue(forKey: network) else { return }
            client.count -= 1
            if client.count > 0 { state.clients[network] = client }
        }
    }

    /// Breaks one connection, if it is still open.
    func cut(_ connection: Connection) {
        self.state.withLock { state in
            guard state.open[connection.descriptor] === connection else { return }
            connection.phase.store(.over, ordering: .relaxed)
            connection.shut()
        }
    }

    /// Shuts every connection whose deadline has passed.
    func sweep(now: Int64) {
        self.state.withLock { state in
            for connection in state.open.values where connection.deadline.load(ordering: .relaxed) <= now {
                let phase = connection.phase.exchange(.over, ordering: .relaxed)
                connection.deadline.store(.max, ordering: .relaxed)
                guard phase != .over else { continue }
                if phase != .idle { state.timedOut += 1 }
                connection.shut(saying: phase == .unfinished ? Self.timeout : nil)
            }
        }
    }

    /// Adds what was counted here.
    func count(into counters: inout HTTPServer.Counters) {
        let (open, accepted, evicted, timedOut) = self.state.withLock {
            ($0.open.count, $0.accepted, $0.evicted, $0.timedOut)
        }
        counters.connections = open
        counters.accepted = accepted
        counters.evicted = evicted
        counters.timedOut = timedOut
    }

    private static let timeout: StaticString =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    private static func evict(_ connection: Connection, _ state: inout State) {
        guard connection.phase.exchange(.over, ordering: .relaxed) != .over else { return }
        connection.deadline.store(.max, ordering: .relaxed)
        state.evicted += 1
        connection.shut()
    }

    /// Shuts the connection that has waited longest for its client; the newcomer, if all others are busy.
    private static func evictIdlest(
        of network: PeerAddress.Network?,
        sparing newcomer: Connection,
        _ state: inout State
    ) {
        var idlest: Connection?
        var oldest = Int64.max
        for connection in state.open.values where network == nil || connection.peer.network == network {
            let phase = connection.phase.load(ordering: .relaxed)
            guard phase == .idle || phase == .unfinished, connection !== newcomer else { continue }
            let since = connection.since.load(ordering: .relaxed)
            if since < oldest { (idlest, oldest) = (connection, since) }
        }
        Self.evict(idlest ?? newcomer, &state)
    }
}
