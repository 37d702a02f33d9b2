import Crypto
import HTTPServer
import Service

/// The one user of HTTP Basic (RFC 7617), for the routes that ask for it: name and password from the settings.
struct BasicUser: Sendable {
    private let name: String
    private let fingerprint: [UInt8]
    private let key = SecureRandom.bytes(32)

    /// The user `name` with `password`.
    init(name: String, password: Secret) {
        self.name = name
        self.fingerprint = BLAKE2b.hash(Array("\(name):\(password.revealed)".utf8), key: self.key)
    }

    /// Who it is for the handlers: an editor.
    var caller: Caller { Caller(.basic, name: self.name, role: .editor) }

    /// Whether credentials, the part of `Authorization` behind `Basic`, are this user's; in constant time.
    func fits(_ credentials: some StringProtocol) -> Bool {
        guard let bytes = Base64.decode(String(credentials)) else { return false }
        return isEqualInConstantTime(BLAKE2b.hash(bytes, key: self.key), self.fingerprint)
    }
}
