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

/// SipHash-2-4 with 128 bits: finds secrets in a table in memory without telling what they are compared with.
package struct SipHash: Hashable, Sendable {
    /// The 16 bytes, as two numbers in the machine's order.
    private let halves: SIMD2<UInt64>

    /// The hash of `message` under a random key of 16 bytes that nobody else knows.
    package init(_ message: Span<UInt8>, key: [UInt8]) {
        precondition(key.count == 16, "a SipHash key has 16 bytes")
        self.halves = unsafe message.withUnsafeBufferPointer { message in
            var halves = SIMD2<UInt64>()
            unsafe withUnsafeMutablePointer(to: &halves) { halves in
                unsafe halves.withMemoryRebound(to: UInt8.self, capacity: 16) { hash in
                    _ = unsafe crypto_shorthash_siphashx24(hash, message.baseAddress, UInt64(message.count), key)
                }
            }
            return halves
        }
    }

    /// The hash as 16 bytes.
    package var bytes: [UInt8] { unsafe withUnsafeBytes(of: self.halves) { unsafe Array($0) } }
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
