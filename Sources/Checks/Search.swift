import Glibc

/// Finding bytes among bytes.
enum Search {
    /// Whether `needle` is a part of `bytes`.
    static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe needle.withUnsafeBytes { needle in
                var offset = 0
                while bytes.count - offset >= needle.count {
                    guard let start = bytes.baseAddress, let word = needle.baseAddress,
                        let hit = unsafe memchr(start + offset, Int32(first), bytes.count - needle.count - offset + 1)
                    else { return false }
                    if unsafe memcmp(hit, word, needle.count) == 0 { return true }
                    offset = unsafe UnsafeRawPointer(hit) - start + 1
                }
                return false
            }
        }
    }
}
