import CSodium

/// The key that seals secrets at rest and on the log (XSalsa20-Poly1305, `crypto_secretbox`).
///
/// It is never printed.
package struct SecretKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    private let bytes: [UInt8]

    /// A new random key.
    package init() {
        self.bytes = SecureRandom.bytes(32)
    }

    /// Reads a key as it stands in `APUS_SECRET_KEY`.
    ///
    /// White space around the text is ignored: files and shells add a line end.
    /// - Throws: ``CryptoError/badKey(_:)``, without the text.
    package init(base64 text: String) throws(CryptoError) {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\r\n" || $0 == "\t" }
        let trimmed = String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        guard !trimmed.isEmpty else { throw .badKey("it is empty") }
        guard let bytes = Base64.decode(trimmed) else { throw .badKey("it is not base64") }
        guard bytes.count == 32 else { throw .badKey("it decodes to \(bytes.count) bytes") }
        self.bytes = bytes
    }

    /// The form that ``init(base64:)`` reads; a secret.
    package var base64: String { Base64.encode(self.bytes) }

    /// Another key, of 32 bytes, for the purpose named; the same each time, and useless for finding this one.
    package func derived(for purpose: String) -> [UInt8] {
        BLAKE2b.hash([UInt8](purpose.utf8), key: self.bytes)
    }

    /// Encrypts and signs `message` under a fresh nonce, which leads the 40 bytes that are added.
    package func seal(_ message: [UInt8]) -> [UInt8] {
        let nonce = SecureRandom.bytes(24)
        var box = [UInt8](repeating: 0, count: message.count + 16)
        let code = unsafe crypto_secretbox_easy(&box, message, UInt64(message.count), nonce, self.bytes)
        precondition(code == 0, "secretbox takes every message that fits into memory")
        return nonce + box
    }

    /// Decrypts what ``seal(_:)`` made.
    ///
    /// - Throws: ``CryptoError/cannotOpen`` if a bit differs or the key is another one.
    package func open(_ sealed: [UInt8]) throws(CryptoError) -> [UInt8] {
        Sodium.start()
        guard sealed.count >= 40 else { throw .cannotOpen }
        let box = [UInt8](sealed[24...])
        let nonce = [UInt8](sealed[..<24])
        var message = [UInt8](repeating: 0, count: box.count - 16)
        let code = unsafe crypto_secretbox_open_easy(&message, box, UInt64(box.count), nonce, self.bytes)
        guard code == 0 else { throw .cannotOpen }
        return message
    }

    /// Compares in constant time.
    package static func == (left: SecretKey, right: SecretKey) -> Bool {
        isEqualInConstantTime(left.bytes, right.bytes)
    }

    /// A placeholder, since keys must not reach logs.
    package var description: String { "SecretKey(hidden)" }
    /// A placeholder, since keys must not reach logs.
    package var debugDescription: String { self.description }
}
