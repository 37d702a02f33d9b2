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

    /// What came of asking the tables about a fingerprint.
    private struct Asked {
        /// Whether the tables do not know it; `false`: the answer has not come yet.
        var isMissing: Bool
        /// How long that is believed, monotonic ms.
        var until: Int64
    }

    private static let capacity = 4_096
    /// How long the tables are not asked again, ms.
    private static let memory: Int64 = 60_000
    /// How long an answer is waited for, ms: a request whose body never comes never asks.
    private static let patience: Int64 = 5_000

    private let credentials: Credentials
    private let pool: PostgresPool
    private let brake = Brake()
    private let asked = Mutex<[[UInt8]: Asked]>([:])

    /// Asks `pool` and tells `credentials` what is found.
    init(_ credentials: Credentials, pool: PostgresPool) {
        self.credentials = credentials
        self.pool = pool
    }

    /// Judges fingerprints, at most a handful, of which `credentials` know none that is good.
    ///
    /// - Parameter now: monotonic ms.
    func judge(_ fingerprints: [[UInt8]], from client: PeerAddress, now: Int64 = MonotonicClock.millis) -> Verdict {
        let unknown = fingerprints.filter { !self.credentials.knows($0) }
        let asked = self.asked(unknown, now)
        let fresh = zip(unknown, asked).filter { $1?.isMissing != true }.map(\.0)
        guard !fresh.isEmpty else { return .unknown }
        guard self.credentials.isCurrent else { return .untold }
        // A page sends many requests at once: those that come while the first one asks count together with it.
        let tried = asked.contains { $0 == nil } ? [Brake.Subject.address(client.network)] : []
        guard self.brake.begin(tried, now: now) == nil else { return .unknown }
        self.note(fresh, Asked(isMissing: false, until: now + Self.patience))
        return .perhaps { self.ask(fresh, tried) }
    }

    private func ask(_ fingerprints: [[UInt8]], _ tried: [Brake.Subject]) {
        // One that came together with this one may have asked meanwhile.
        let isMissing = self.asked(fingerprints, MonotonicClock.millis).allSatisfy { $0?.isMissing == true }
        guard !isMissing else { return }
        guard (try? self.credentials.learn(fingerprints, from: self.pool)) == true else {
            self.asked.withLock { asked in for fingerprint in fingerprints { asked[fingerprint] = nil } }
            return self.brake.takeBack(tried)
        }
        let missing = fingerprints.filter { !self.credentials.knows($0) }
        if missing.count < fingerprints.count { self.brake.takeBack(tried) }
        self.note(missing, Asked(isMissing: true, until: MonotonicClock.millis + Self.memory))
    }

    private func asked(_ fingerprints: [[UInt8]], _ now: Int64) -> [Asked?] {
        self.asked.withLock { asked in fingerprints.map { asked[$0].flatMap { now < $0.until ? $0 : nil } } }
    }

    private func note(_ fingerprints: [[UInt8]], _ result: Asked) {
        self.asked.withLock { asked in
            if asked.count + fingerprints.count > Self.capacity { asked = [:] }
            for fingerprint in fingerprints { asked[fingerprint] = result }
        }
    }
}
