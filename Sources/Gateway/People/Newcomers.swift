import HTTPServer
import Postgres
import Service
import Synchronization

/// Looks keys and sessions up in the tables that memory does not know yet: another gateway may have made them just now.
///
/// Whoever makes keys up is not a burden for that: a secret that is none was asked about once, and an address (IPv6: its
/// network of 64 bits) that sends several of them waits between them, while ``Credentials/refresh(_:)`` goes on to find
/// within a second what is true. Safe from every thread.
final class Newcomers: Sendable {
    /// What memory says of credentials that open nothing.
    enum Verdict: Sendable {
        /// The tables don't know them either, or are not asked about them now.
        case unknown
        /// The tables may know them: what asks them, off the event loop.
        case perhaps(ask: @Sendable () -> Void)
        /// The tables are not to be reached.
        case untold
    }

    private static let capacity = 4_096
    /// How long the tables are not asked again, ms.
    private static let memory: Int64 = 60_000

    private let credentials: Credentials
    private let pool: PostgresPool
    private let brake = Brake()
    /// Fingerprints that the tables did not know, and until when that is believed, monotonic ms.
    private let missing = Mutex<[[UInt8]: Int64]>([:])

    /// Asks `pool` and tells `credentials` what is found.
    init(_ credentials: Credentials, pool: PostgresPool) {
        self.credentials = credentials
        self.pool = pool
    }

    /// Judges fingerprints, at most a handful, of which `credentials` know none that is good.
    ///
    /// - Parameter now: monotonic ms.
    func judge(_ fingerprints: [[UInt8]], from client: PeerAddress, now: Int64 = MonotonicClock.millis) -> Verdict {
        let fresh = fingerprints.filter { !self.credentials.knows($0) && !self.isMissing($0, now: now) }
        guard !fresh.isEmpty else { return .unknown }
        guard self.credentials.isCurrent else { return .untold }
        let tried = [Brake.Subject.address(client.network)]
        guard self.brake.begin(tried, now: now) == nil else { return .unknown }
        return .perhaps { self.ask(fresh, tried) }
    }

    private func ask(_ fingerprints: [[UInt8]], _ tried: [Brake.Subject]) {
        guard (try? self.credentials.learn(fingerprints, from: self.pool)) != nil else {
            return self.brake.takeBack(tried)
        }
        let missing = fingerprints.filter { !self.credentials.knows($0) }
        if missing.count < fingerprints.count { self.brake.takeBack(tried) }
        let until = MonotonicClock.millis + Self.memory
        self.missing.withLock { all in
            if all.count + missing.count > Self.capacity { all = [:] }
            for fingerprint in missing { all[fingerprint] = until }
        }
    }

    private func isMissing(_ fingerprint: [UInt8], now: Int64) -> Bool {
        self.missing.withLock { $0[fingerprint].map { now < $0 } ?? false }
    }
}
