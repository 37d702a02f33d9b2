import HTTPServer
import Service
import Synchronization

/// Slows down who guesses: each failure beyond the first few doubles the wait before the next try.
///
/// Counted by address (for IPv6 its network of 64 bits), so that one guesser can't try many names, and by name, so that
/// many addresses can't try one. A name's wait is short, for an attacker must not be able to lock its owner out; a
/// one-time token signs in all the same. Kept in memory, bounded; safe from every thread.
final class Brake: Sendable {
    /// What failures are counted by.
    enum Subject: Sendable, Hashable {
        case address(PeerAddress.Network)
        case name(String)

        /// The longest wait, ms.
        fileprivate var longestWait: Int64 {
            switch self {
            case .address: 900_000
            case .name: 60_000
            }
        }
    }

    private struct Record {
        var failures = 0
        /// Monotonic ms.
        var blockedUntil: Int64 = 0
        var lastFailure: Int64 = 0
    }

    /// Failures that cost no wait: people mistype.
    private static let free = 3
    /// After this time without a failure all is forgotten, ms.
    private static let memory: Int64 = 3_600_000

    private let capacity: Int
    private let records = Mutex<[Subject: Record]>([:])

    /// Remembers at most `capacity` subjects; beyond, the one whose failure is oldest is forgotten.
    init(capacity: Int = 20_000) {
        self.capacity = capacity
    }

    /// How many addresses and names are remembered.
    var count: Int { self.records.withLock { $0.count } }

    /// Begins a try: it counts as a failure until ``forgive(_:)`` or ``takeBack(_:)``, so that tries at the same time count, too.
    ///
    /// - Parameter now: monotonic ms.
    /// - Returns: `nil`, or how many ms to wait, and then nothing was counted.
    func begin(_ subjects: [Subject], now: Int64) -> Int64? {
        self.records.withLock { records in
            let wait = subjects.compactMap { records[$0]?.blockedUntil }.max().map { $0 - now } ?? 0
            guard wait <= 0 else { return wait }
            for subject in subjects { self.count(subject, &records, now) }
            return nil
        }
    }

    /// The wait of a subject, ms; `nil`: it may try.
    func wait(_ subject: Subject, now: Int64) -> Int64? {
        self.records.withLock { records in
            guard let until = records[subject]?.blockedUntil, until > now else { return nil }
            return until - now
        }
    }

    /// A try succeeded: its name begins anew, and the address is forgiven this one try only, since an attacker may have
    /// a password of his own.
    func forgive(_ subjects: [Subject]) {
        self.takeBack(subjects)
        self.records.withLock { records in
            for case .name(let name) in subjects { records[.name(name)] = nil }
        }
    }

    /// A try could not be judged: it is as if it had not been.
    func takeBack(_ subjects: [Subject]) {
        self.records.withLock { records in
            for subject in subjects {
                guard let record = records[subject] else { continue }
                records[subject]?.failures = max(0, record.failures - 1)
                records[subject]?.blockedUntil = 0
            }
        }
    }

    private func count(_ subject: Subject, _ records: inout [Subject: Record], _ now: Int64) {
        var record = records[subject] ?? Record()
        if record.lastFailure + Self.memory < now { record = Record() }
        record.failures += 1
        record.lastFailure = now
        let doublings = record.failures - Self.free
        if doublings > 0 {
            record.blockedUntil = now + min(1_000 << Int64(min(doublings - 1, 20)), subject.longestWait)
        }
        if records[subject] == nil, records.count >= self.capacity {
            // Rare, and a guesser who brings it about pays for it with as many tries.
            let cut = records.values.map(\.lastFailure).sorted()[self.capacity / 10]
            records = records.filter { $0.value.lastFailure > cut }
        }
        records[subject] = record
    }

    /// What is answered to who must wait.
    static func refusal(wait: Int64) -> HTTPResponse {
        let seconds = (wait + 999) / 1_000
        return .problem(
            429,
            "Too many tries have failed; the next one counts in \(seconds) s.",
            headers: [("Retry-After", String(seconds))]
        )
    }
}
