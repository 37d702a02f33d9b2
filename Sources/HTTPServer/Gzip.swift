import CZlib

/// Compression of content (RFC 1952).
enum Gzip {
    /// The content compressed; empty where that saves less than an eighth.
    static func pack(_ content: RawSpan) -> [UInt8] {
        let capacity = content.byteCount - content.byteCount / 8
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            count = unsafe content.withUnsafeBytes { content in
                unsafe apus_gzip(content.baseAddress, content.count, output.baseAddress, capacity)
            }
        }
    }
}
