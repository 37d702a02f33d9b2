import Crypto
import Postgres
import Service
import Synchronization

/// The keys of the API, checked in memory and refreshed every second (design §7).
///
/// The table holds keyed fingerprints (BLAKE2b with a key derived from `APUS_SECRET_KEY`): a key has 256 random bits,
/// so nothing slower is needed, and looking a fingerprint up tells nothing about the key. Safe from every thread.
final class APIKeys: Sendable {
    /// What is known of a key that opens the door.
    private struct Holder: Sendable {
        var caller: Caller
        /// Unix ms; `nil`: never.
        var expiresAt: Int64?
    }

    private let fingerprintKey: [UInt8]
    private let admin: [UInt8]?
    private let holders = Mutex<[[UInt8]: Holder]>([:])

    /// Knows only the admin's key until ``refresh(_:)``.
    init(secretKey: SecretKey, adminKey: Secret?) {
        self.fingerprintKey = secretKey.derived(for: "api-keys")
        self.admin = adminKey.map { BLAKE2b.hash(Array($0.revealed.utf8), key: secretKey.derived(for: "api-keys")) }
    }

    /// Who has a key at `now` (Unix ms); `nil`: it opens nothing.
    func caller(of key: String, now: Int64) -> Caller? {
        let fingerprint = self.fingerprint(of: key)
        if let admin, isEqualInConstantTime(admin, fingerprint) { return .adminKey }
        guard let holder = self.holders.withLock({ $0[fingerprint] }) else { return nil }
        if let expiry = holder.expiresAt, expiry <= now { return nil }
        return holder.caller
    }

    /// What the table keeps of a key.
    func fingerprint(of key: String) -> [UInt8] {
        BLAKE2b.hash(Array(key.utf8), key: self.fingerprintKey)
    }

    /// A new key: `apus_` and 256 random bits.
    static func make() -> String { "apus_" + Base64.encodeURL(SecureRandom.bytes(32)) }

    /// Reads the table; what was known stays known when that fails.
    func refresh(_ pool: PostgresPool) throws {
        let rows = try pool.withConnection { connection in
            try connection.query(
                """
                SELECT id, name, role, fingerprint, \(SQLTime.milliseconds("expires_at")) FROM api_keys
                """
            )
        }
        var holders: [[UInt8]: Holder] = [:]
        for row in rows {
            guard let role = Role(rawValue: try row.text(2)) else { continue }
            let caller = Caller(.key, id: try row.int64(0), name: try row.text(1), role: role)
            holders[try row.bytes(3)] = Holder(caller: caller, expiresAt: try row.int64OrNil(4))
        }
        self.holders.withLock { $0 = holders }
    }
}
