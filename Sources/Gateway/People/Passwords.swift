import Crypto
import HTTPServer
import Synchronization

/// Hashes and checks passwords, few at a time: each takes 64 MiB.
///
/// For the threads of workers, never a loop. Who finds the desks taken and two already waiting is told to come back,
/// so that signing in can't take the workers or the memory from everything else.
final class Passwords: Sendable {
    /// What a password must be: 12 characters at least, nothing else (NIST SP 800-63B); at most 1,024 bytes.
    static let shortest = 12
    /// The most bytes of a password.
    static let longest = 1_024

    private final class Desk: Sendable {
        let lock = Mutex(())
    }

    private let desks = [Desk(), Desk()]
    private let visits = Atomic<Int>(0)
    private let present = Atomic<Int>(0)

    /// A hash that no password fits, made once: a name that nobody has costs the same work as one that somebody has.
    private static let ofNobody = try? PasswordHash.make(Credentials.makeToken())

    /// The hash of a new password.
    ///
    /// - Throws: ``Refusal`` 503 when too many are at it.
    func hash(_ password: String) throws -> String {
        try self.seated { try PasswordHash.make(password) }
    }

    /// Whether a password is the one of `hash`; `nil` takes as long, and is never it.
    ///
    /// - Throws: ``Refusal`` 503 when too many are at it.
    func verify(_ password: String, against hash: String?) throws -> Bool {
        try self.seated {
            let nobody = Self.ofNobody ?? ""
            let fits = PasswordHash.verify(password, against: hash ?? nobody)
            return fits && hash != nil
        }
    }

    private func seated<R>(_ body: () throws -> R) throws -> R {
        defer { self.present.wrappingSubtract(1, ordering: .relaxed) }
        guard self.present.wrappingAdd(1, ordering: .relaxed).newValue <= 2 * self.desks.count else {
            throw Refusal(
                response: .problem(
                    503,
                    "Many are signing in at this moment; try again.",
                    headers: [("Retry-After", "1")]
                )
            )
        }
        let number = self.visits.wrappingAdd(1, ordering: .relaxed).oldValue
        return try self.desks[number & (self.desks.count - 1)].lock.withLock { _ in try body() }
    }
}
