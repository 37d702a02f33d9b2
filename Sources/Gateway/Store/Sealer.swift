import Crypto
import Events

/// Seals what must not be read at rest or on the log (design §2.11): JSON, secretbox, base64.
struct Sealer: Sendable {
    private let key: SecretKey

    /// Seals with `APUS_SECRET_KEY`.
    init(_ key: SecretKey) {
        self.key = key
    }

    /// A check's secrets; `nil` where there is nothing to seal.
    func seal(_ secrets: HTTPSecrets) -> String? {
        guard !secrets.isEmpty else { return nil }
        var bytes: [UInt8] = []
        secrets.encode(into: &bytes)
        return Base64.encode(self.key.seal(bytes))
    }

    /// A channel's secrets.
    func seal(_ secrets: ChannelSecrets) -> String {
        var bytes: [UInt8] = []
        secrets.encode(into: &bytes)
        return Base64.encode(self.key.seal(bytes))
    }

    /// An answer that may hold a secret.
    func seal(answer: [UInt8]) -> String { Base64.encode(self.key.seal(answer)) }

    /// What ``seal(answer:)`` sealed.
    ///
    /// - Throws: ``CryptoError`` where it was sealed with another key.
    func openAnswer(_ sealed: String) throws(CryptoError) -> [UInt8] {
        try self.key.open(Base64.decode(sealed) ?? [])
    }

    /// What ``seal(_:)-(HTTPSecrets)`` sealed.
    ///
    /// - Throws: ``CryptoError`` where it was sealed with another key, ``RecordError`` where it holds something else.
    func openHTTP(_ sealed: String?) throws -> HTTPSecrets {
        guard let sealed else { return HTTPSecrets() }
        let opened = try self.key.open(Base64.decode(sealed) ?? [])
        return try HTTPSecrets.decode(opened.span)
    }

    /// What ``seal(_:)-(ChannelSecrets)`` sealed; throws as ``openHTTP(_:)`` does.
    func openChannel(_ sealed: String) throws -> ChannelSecrets {
        let opened = try self.key.open(Base64.decode(sealed) ?? [])
        return try ChannelSecrets.decode(opened.span)
    }
}
