import CSodium

/// HMAC-SHA256 (RFC 2104), as Standard Webhooks sign with it.
package enum HMACSHA256 {
    /// The 32-byte code of `message` under a key of any length.
    package static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        Sodium.start()
        var state = crypto_auth_hmacsha256_state()
        var code = [UInt8](repeating: 0, count: 32)
        unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
        unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        unsafe crypto_auth_hmacsha256_final(&state, &code)
        return code
    }
}

/// BLAKE2b with a key (RFC 7693): the fast fingerprint under which API keys are stored.
package enum BLAKE2b {
    /// The fingerprint of `message`.
    ///
    /// - Parameters:
    ///   - message: any bytes.
    ///   - key: empty, or 16 to 64 bytes.
    ///   - length: the bytes of the fingerprint, 16 to 64.
    package static func hash(_ message: [UInt8], key: [UInt8] = [], length: Int = 32) -> [UInt8] {
        Sodium.start()
        precondition((16...64).contains(length), "a BLAKE2b hash has 16 to 64 bytes")
        precondition(key.isEmpty || (16...64).contains(key.count), "a BLAKE2b key has 16 to 64 bytes")
        var hash = [UInt8](repeating: 0, count: length)
        let code = unsafe crypto_generichash(&hash, length, message, UInt64(message.count), key, key.count)
        precondition(code == 0, "BLAKE2b takes every message")
        return hash
    }
}

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    /// The 32-byte digest of `message`.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        Sodium.start()
        var hash = [UInt8](repeating: 0, count: 32)
        unsafe crypto_hash_sha256(&hash, message, UInt64(message.count))
        return hash
    }
}
