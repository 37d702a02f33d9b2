import Crypto
import Postgres
import Service
import Synchronization

/// What opens the door: API keys and the cookies of sessions, checked in memory and refreshed every second (design §7).
///
/// The tables hold keyed fingerprints (BLAKE2b with keys derived from `APUS_SECRET_KEY`): keys and cookies have 256
/// random bits, so nothing slower is needed, and looking a fingerprint up tells nothing about them. A cookie is no key
/// and a key no cookie, since their fingerprints differ. What opened the door is found by a quicker hash, whose keys
/// only this process knows, until the next refresh. Safe from every thread.
final class Credentials: Sendable {
    /// How long a session lives.
    struct SessionLimits: Sendable {
        /// Without a request, ms.
        var idle: Int64
        /// In any case, ms.
        var lifetime: Int64
    }

    /// What is known of one credential; times in Unix ms.
    private final class Entry: Sendable {
        let caller: Caller
        /// `nil`: never.
        let expiresAt: Int64?
        /// How long it may go unused; `nil`: for ever.
        let idle: Int64?
        /// As the table has it.
        let storedUse: Int64
        private let used: Atomic<Int64>

        init(_ caller: Caller, expiresAt: Int64? = nil, idle: Int64? = nil, storedUse: Int64 = 0) {
            self.caller = caller
            self.expiresAt = expiresAt
            self.idle = idle
            self.storedUse = storedUse
            self.used = Atomic(storedUse)
        }

        var lastUse: Int64 { self.used.load(ordering: .relaxed) }

        func note(_ use: Int64) { self.used.max(use, ordering: .relaxed) }

        /// Whose it is, unless it has run out at `now`; counts as a use.
        func caller(_ now: Int64) -> Caller? {
            if let expiresAt, expiresAt <= now { return nil }
            if let idle, self.lastUse + idle <= now { return nil }
            self.note(now)
            return self.caller
        }
    }

    private struct Known {
        var entries: [[UInt8]: Entry] = [:]
        /// Never more than there are entries, since what opens nothing does not get here.
        var seen: [SipHash: Entry] = [:]
    }

    /// One use that the tables don't know yet.
    struct Use: Sendable {
        let caller: Caller
        /// Unix ms.
        let at: Int64
    }

    let limits: SessionLimits
    /// What the table knows the admin's key by; `nil`: there is none.
    let adminFingerprint: [UInt8]?
    private let keySecret: [UInt8]
    private let cookieSecret: [UInt8]
    private let tokenSecret: [UInt8]
    private let keyHash = SecureRandom.bytes(16)
    private let cookieHash = SecureRandom.bytes(16)
    private let admin = Entry(.adminKey)
    private let known = Mutex(Known())
    /// One reading at a time: a later one must not be overwritten by what an earlier one read.
    private let turn = Mutex(())
    private let couldRead = Atomic<Bool>(true)

    /// Knows only the admin's key until ``refresh(_:)``.
    init(secretKey: SecretKey, adminKey: Secret?, limits: SessionLimits) {
        self.limits = limits
        self.keySecret = secretKey.derived(for: "api-keys")
        self.cookieSecret = secretKey.derived(for: "sessions")
        self.tokenSecret = secretKey.derived(for: "sign-in-tokens")
        self.adminFingerprint = adminKey.map {
            BLAKE2b.hash(Array($0.revealed.utf8), key: secretKey.derived(for: "api-keys"))
        }
    }

    /// Who has an API key at `now` (Unix ms); `nil`: it opens nothing.
    func caller(ofKey key: String, now: Int64) -> Caller? { self.caller(ofKey: key.utf8.span, now: now) }

    /// Who has an API key, in UTF-8, at `now` (Unix ms); `nil`: it opens nothing.
    func caller(ofKey key: Span<UInt8>, now: Int64) -> Caller? {
        let hash = SipHash(key, key: self.keyHash)
        if let caller = self.known.withLock({ $0.seen[hash]?.caller(now) }) { return caller }
        let fingerprint = BLAKE2b.hash(unsafe key.withUnsafeBufferPointer { unsafe Array($0) }, key: self.keySecret)
        let isAdmin = self.adminFingerprint.map { isEqualInConstantTime($0, fingerprint) } ?? false
        return self.known.withLock { known in
            let entry = isAdmin ? self.admin : known.entries[fingerprint]
            if let entry { known.seen[hash] = entry }
            return entry?.caller(now)
        }
    }

    /// Whose session a cookie stands for at `now` (Unix ms); `nil`: nobody's.
    func caller(ofCookie cookie: String, now: Int64) -> Caller? {
        let hash = SipHash(cookie.utf8.span, key: self.cookieHash)
        if let caller = self.known.withLock({ $0.seen[hash]?.caller(now) }) { return caller }
        let fingerprint = self.fingerprint(ofCookie: cookie)
        return self.known.withLock { known in
            let entry = known.entries[fingerprint]
            if let entry { known.seen[hash] = entry }
            return entry?.caller(now)
        }
    }

    /// Whether what a caller came in with still opens the door at `now` (Unix ms); counts as a use.
    func stillOpen(for caller: Caller, now: Int64) -> Bool {
        caller.fingerprint.isEmpty
            || self.known.withLock { $0.entries[caller.fingerprint]?.caller(now) != nil }
    }

    /// What the table keeps of a key.
    func fingerprint(ofKey key: String) -> [UInt8] { BLAKE2b.hash(Array(key.utf8), key: self.keySecret) }
    /// What the table keeps of a session's cookie.
    func fingerprint(ofCookie cookie: String) -> [UInt8] { BLAKE2b.hash(Array(cookie.utf8), key: self.cookieSecret) }
    /// What the table keeps of a one-time token.
    func fingerprint(ofToken token: String) -> [UInt8] { BLAKE2b.hash(Array(token.utf8), key: self.tokenSecret) }

    /// A new key: `apus_` and 256 random bits.
    static func makeKey() -> String { "apus_" + Self.makeToken() }
    /// A new cookie or one-time token: 256 random bits.
    static func makeToken() -> String { Base64.encodeURL(SecureRandom.bytes(32)) }

    /// Whether a text is written as a key is, whoever has it.
    static func isKey(_ text: String) -> Bool { text.hasPrefix("apus_") && Self.isToken(text.dropFirst(5)) }
    /// Whether a text is written as a cookie is, whoever has it.
    static func isToken(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 43
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    /// Whether a fingerprint is one of the tables, good or not, as far as is known.
    func knows(_ fingerprint: [UInt8]) -> Bool { self.known.withLock { $0.entries[fingerprint] != nil } }

    // MARK: The tables

    /// Whether the tables could be read when that was tried last.
    var isCurrent: Bool { self.couldRead.load(ordering: .relaxed) }

    /// Reads the tables; what was known stays known when that fails.
    func refresh(_ pool: PostgresPool) throws {
        try self.turn.withLock { _ in
            let read = try self.read(pool) { try self.keys($0) + self.sessions($0) }
            let fresh = Dictionary(read, uniquingKeysWith: { $1 })
            self.known.withLock { known in
                for (fingerprint, former) in known.entries { fresh[fingerprint]?.note(former.lastUse) }
                known = Known(entries: fresh)
            }
        }
    }

    /// Reads what the tables have of these fingerprints, at most a handful.
    ///
    /// - Returns: whether that is known now; once the tables could not be read, only ``refresh(_:)`` tries again.
    func learn(_ fingerprints: [[UInt8]], from pool: PostgresPool) throws -> Bool {
        try self.turn.withLock { _ in
            // Another may have read them while this one waited, or may have found that nothing can be read.
            let unknown = fingerprints.filter { !self.knows($0) }
            guard !unknown.isEmpty else { return true }
            guard self.isCurrent else { return false }
            let numbers = unknown.indices.map { "$\($0 + 1)::bytea" }.joined(separator: ", ")
            let values = unknown.map(PostgresValue.bytes)
            let read = try self.read(pool) { connection in
                try self.keys(connection, where: "api_keys.fingerprint IN (\(numbers))", values)
                    + self.sessions(connection, where: "sessions.fingerprint IN (\(numbers))", values)
            }
            self.known.withLock { known in
                for (fingerprint, entry) in read { known.entries[fingerprint] = entry }
            }
            return true
        }
    }

    private func read<R>(_ pool: PostgresPool, _ body: (PostgresConnection) throws -> R) throws -> R {
        do {
            let read = try pool.withConnection { try body($0) }
            self.couldRead.store(true, ordering: .relaxed)
            return read
        } catch {
            self.couldRead.store(false, ordering: .relaxed)
            throw error
        }
    }

    /// Uses that are newer than what the tables have by half a minute, or by a quarter of what a session may idle.
    func unwrittenUses() -> [Use] {
        self.known.withLock { known in
            known.entries.values.filter { $0.lastUse - $0.storedUse > min(30_000, ($0.idle ?? .max) / 4) }.map {
                Use(caller: $0.caller, at: $0.lastUse)
            }
        }
    }

    private func keys(
        _ connection: PostgresConnection,
        where condition: String = "true",
        _ values: [PostgresValue] = []
    ) throws -> [([UInt8], Entry)] {
        try connection.query(
            """
            SELECT id, name, role, fingerprint, \(SQLTime.milliseconds("expires_at")),
                \(SQLTime.milliseconds("coalesce(last_used_at, created_at)"))
            FROM api_keys WHERE \(condition)
            """,
            values
        ).compactMap { row in
            guard let role = Role(rawValue: try row.text(2)) else { return nil }
            let fingerprint = try row.bytes(3)
            let caller = Caller(
                .key,
                id: try row.int64(0),
                name: try row.text(1),
                role: role,
                fingerprint: fingerprint
            )
            let used = try row.int64(5)
            return (
                fingerprint, Entry(caller, expiresAt: try row.int64OrNil(4), storedUse: used)
            )
        }
    }

    private func sessions(
        _ connection: PostgresConnection,
        where condition: String = "true",
        _ values: [PostgresValue] = []
    ) throws -> [([UInt8], Entry)] {
        try connection.query(
            """
            SELECT sessions.id, sessions.fingerprint, by_token, address, agent,
                \(SQLTime.milliseconds("sessions.created_at")), \(SQLTime.milliseconds("seen_at")), admin_key,
                people.id, people.name, people.role, api_keys.id, api_keys.name, api_keys.role,
                \(SQLTime.milliseconds("api_keys.expires_at"))
            FROM sessions LEFT JOIN people ON people.id = person LEFT JOIN api_keys ON api_keys.id = api_key
            WHERE is_disabled IS NOT TRUE AND \(condition)
            """,
            values
        ).compactMap { row in
            let fingerprint = try row.bytes(1)
            let startedAt = try row.int64(5)
            let expiresAt = min(startedAt + self.limits.lifetime, try row.int64OrNil(14) ?? .max)
            let session = Caller.Session(
                id: try row.int64(0),
                startedAt: startedAt,
                expiresAt: expiresAt,
                byToken: try row.bool(2),
                address: try row.text(3),
                agent: try row.text(4)
            )
            guard let caller = try self.owner(row, session, fingerprint) else { return nil }
            let seen = try row.int64(6)
            return (
                fingerprint,
                Entry(caller, expiresAt: expiresAt, idle: self.limits.idle, storedUse: seen)
            )
        }
    }

    /// Whose session a row is; `nil`: nobody's any more.
    private func owner(_ row: PostgresRow, _ session: Caller.Session, _ fingerprint: [UInt8]) throws -> Caller? {
        if let admin = try row.bytesOrNil(7) {
            guard let adminFingerprint, isEqualInConstantTime(admin, adminFingerprint) else { return nil }
            let known = Caller.adminKey
            return Caller(.adminKey, name: known.name, role: .admin, session: session, fingerprint: fingerprint)
        }
        let (kind, column): (Caller.Kind, Int) = try row.int64OrNil(8) == nil ? (.key, 11) : (.person, 8)
        guard let role = Role(rawValue: try row.text(column + 2)) else { return nil }
        return Caller(
            kind,
            id: try row.int64(column),
            name: try row.text(column + 1),
            role: role,
            session: session,
            fingerprint: fingerprint
        )
    }
}
