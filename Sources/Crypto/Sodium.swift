import CSodium

/// The one start of libsodium; everything in this module goes through ``start``.
enum Sodium {
    // A static is initialised once, by one thread; -1 means that the system has no randomness at all.
    private static let isReady: Bool = sodium_init() >= 0

    /// Makes libsodium ready; cheap after the first call.
    @inline(__always)
    static func start() {
        precondition(self.isReady, "libsodium cannot be started: the system gives no random numbers")
    }
}

/// Random numbers of the system, fit for keys.
package enum SecureRandom {
    /// `count` random bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        Sodium.start()
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            if let start = buffer.baseAddress { unsafe randombytes_buf(start, count) }
            filled = count
        }
    }
}

/// Comparison whose time does not tell where two secrets differ.
///
/// Their lengths may be told.
package func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    Sodium.start()
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    return unsafe sodium_memcmp(left, right, left.count) == 0
}
