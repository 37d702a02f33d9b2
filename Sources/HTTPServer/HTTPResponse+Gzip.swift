import CZlib

extension HTTPResponse {
    /// Shorter content fits into one packet with its head anyway, bytes.
    private static let leastToCompress = 1024

    /// Whether this answer may be sent compressed: text, not short, and not known by the very bytes it has.
    var isCompressible: Bool {
        let size =
            switch self.body {
            case .empty, .events: 0
            case .bytes(let bytes): bytes.count
            case .shared(let shared): shared.count
            }
        guard size >= Self.leastToCompress, let type = self.contentType, Self.isText("\(type)") else { return false }
        return !self.headers.contains { header in
            header.name == "Content-Encoding" || header.name == "ETag" && !header.value.hasPrefix("W/")
        }
    }

    /// The same answer compressed; itself where that is impossible or saves less than an eighth.
    var compressed: HTTPResponse {
        guard self.isCompressible else { return self }
        let packed: [UInt8]? =
            switch self.body {
            case .empty, .events: nil
            case .bytes(let bytes): unsafe Self.gzip(bytes.span.bytes)
            case .shared(let shared): shared.withSpan { Self.gzip($0) }
            }
        guard let packed else { return self }
        var response = self
        response.body = .bytes(packed)
        response.headers.append(("Content-Encoding", "gzip"))
        response.headers.append(Self.variesByCoding)
        return response
    }

    /// Tells caches that the content depends on `Accept-Encoding`.
    static let variesByCoding = (name: "Vary", value: "Accept-Encoding")

    private static func gzip(_ content: RawSpan) -> [UInt8]? {
        let capacity = content.byteCount - content.byteCount / 8
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            count = unsafe content.withUnsafeBytes { content in
                unsafe apus_gzip(content.baseAddress, content.count, output.baseAddress, capacity)
            }
        }
        return packed.isEmpty ? nil : packed
    }

    private static func isText(_ type: String) -> Bool {
        let media = type.prefix { $0 != ";" }
        return media.hasPrefix("text/") || media.hasSuffix("json") || media.hasSuffix("yaml")
            || media.hasSuffix("+xml")
    }
}
