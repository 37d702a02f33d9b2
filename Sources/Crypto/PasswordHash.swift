import CSodium

/// Argon2id (RFC 9106) for what people choose and reuse; API keys, being random, use ``BLAKE2b``.
///
/// The second recommended option of RFC 9106 §4: 64 MiB and three passes; with one lane instead of four, since libsodium
/// has no more. Each call takes that memory and tens to hundreds of milliseconds of a processor: never on an event loop.
package enum PasswordHash {
    private static let passes: UInt64 = 3
    private static let memory = 64 << 20

    /// A text that holds algorithm, cost, salt and hash.
    ///
    /// - Throws: ``CryptoError/outOfMemory``.
    package static func make(_ password: String) throws(CryptoError) -> String {
        Sodium.start()
        let characters = password.utf8.map { CChar(bitPattern: $0) }
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let code = unsafe crypto_pwhash_str(
            &text,
            characters,
            UInt64(characters.count),
            Self.passes,
            Self.memory
        )
        guard code == 0 else { throw .outOfMemory }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether `hash`, from ``make(_:)``, was made of this password; false for a text that is no hash.
    package static func verify(_ password: String, against hash: String) -> Bool {
        Sodium.start()
        let characters = password.utf8.map { CChar(bitPattern: $0) }
        var text = hash.utf8.map { CChar(bitPattern: $0) }
        guard text.count < Int(crypto_pwhash_STRBYTES), !text.contains(0) else { return false }
        text.append(contentsOf: repeatElement(0, count: Int(crypto_pwhash_STRBYTES) - text.count))
        return unsafe crypto_pwhash_str_verify(text, characters, UInt64(characters.count)) == 0
    }
}
