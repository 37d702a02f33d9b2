import HTTPServer
import Service
import Synchronization

/// How many requests callers may make: a bucket of tokens for each person, for each key, and for each address from which
/// nobody is known.
///
/// A bucket holds what may be asked in a minute and is filled evenly (GCRA: all that is kept of one is the moment at
/// which it will be full). Whoever has the first admin's key is not limited: it is for emergencies. Nor is HTTP Basic: its one
/// user stands for many people, and who guesses is slowed down by ``Brake``. In memory, bounded; safe from every thread.
final class RateLimits: Sendable {
    /// Requests in a minute; 0: as many as they like.
    struct Rates: Sendable {
        var person: Int64
        var key: Int64
        var address: Int64
    }

    private enum Subject: Hashable {
        case person(Int64)
        case key(Int64)
        case address(PeerAddress.Network)

        var name: StaticString {
            switch self {
            case .person: "person"
            case .key: "key"
            case .address: "address"
            }
        }
    }

    /// A part of the buckets behind a lock of its own, so that the loops seldom meet.
    private final class Shard: Sendable {
        /// When each bucket will be full, monotonic ns; one that is missing is full.
        let full = Mutex<[Subject: Int64]>([:])
    }

    private static let minute: Int64 = 60_000_000_000
    private static let shardCount = 16

    private let rates: Rates
    private let shardCapacity: Int
    private let shards: [Shard]

    /// Remembers at most `capacity` buckets; beyond, the fullest are forgotten.
    init(_ rates: Rates, capacity: Int = 64 << 10) {
        self.rates = rates
        self.shardCapacity = max(2, capacity / Self.shardCount)
        self.shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// How many buckets are remembered.
    var count: Int { self.shards.reduce(0) { $0 + $1.full.withLock { $0.count } } }

    /// Takes a token of who asks; the answer where there is none.
    ///
    /// - Parameter now: monotonic ns.
    func take(_ caller: Caller, from client: PeerAddress, now: Int64 = MonotonicClock.nanos) -> HTTPResponse? {
        guard let (subject, rate) = self.subject(caller, client) else { return nil }
        let cost = Self.minute / rate
        let wait = self.shard(subject).full.withLock { full in
            let next = max(full[subject] ?? now, now) + cost
            guard next - now <= Self.minute else { return next - now - Self.minute }
            if full[subject] == nil, full.count >= self.shardCapacity { self.makeRoom(&full, now) }
            full[subject] = next
            return 0
        }
        guard wait > 0 else { return nil }
        let seconds = (wait + 999_999_999) / 1_000_000_000
        return .problem(
            429,
            "More than \(rate) requests in a minute; the next one counts in \(seconds) s.",
            headers: [("Retry-After", String(seconds))] + self.fields(subject, rate, now)
        )
    }

    /// The header fields that tell what is left (draft-ietf-httpapi-ratelimit-headers-10); none where nothing is limited.
    func fields(
        _ caller: Caller,
        from client: PeerAddress,
        now: Int64 = MonotonicClock.nanos
    ) -> [(name: String, value: String)] {
        guard let (subject, rate) = self.subject(caller, client) else { return [] }
        return self.fields(subject, rate, now)
    }

    private func fields(_ subject: Subject, _ rate: Int64, _ now: Int64) -> [(name: String, value: String)] {
        let toFull = max(0, (self.shard(subject).full.withLock { $0[subject] } ?? now) - now)
        let left = (Self.minute - toFull) / (Self.minute / rate)
        let seconds = (toFull + 999_999_999) / 1_000_000_000
        return [
            ("RateLimit-Policy", "\"\(subject.name)\";q=\(rate);w=60"),
            ("RateLimit", "\"\(subject.name)\";r=\(left);t=\(seconds)"),
        ]
    }

    /// Whose bucket a request takes from, and how much flows into it in a minute; `nil`: it is not limited.
    private func subject(_ caller: Caller, _ client: PeerAddress) -> (Subject, Int64)? {
        let (subject, rate): (Subject, Int64)
        switch (caller.kind, caller.id) {
        case (.person, let id?): (subject, rate) = (.person(id), self.rates.person)
        case (.key, let id?): (subject, rate) = (.key(id), self.rates.key)
        case (.adminKey, _), (.basic, _): return nil
        case (.anonymous, _), (.person, nil), (.key, nil):
            (subject, rate) = (.address(client.network), self.rates.address)
        }
        return rate > 0 ? (subject, rate) : nil
    }

    private func shard(_ subject: Subject) -> Shard {
        self.shards[Int(truncatingIfNeeded: UInt(bitPattern: subject.hashValue) % UInt(Self.shardCount))]
    }

    /// A full bucket is not missed; of the others half go, those that were used least.
    private func makeRoom(_ full: inout [Subject: Int64], _ now: Int64) {
        full = full.filter { $0.value > now }
        guard full.count >= self.shardCapacity else { return }
        let middle = full.values.sorted()[full.count / 2]
        full = full.filter { $0.value > middle }
    }
}
