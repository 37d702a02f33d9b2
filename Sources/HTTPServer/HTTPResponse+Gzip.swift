extension HTTPResponse {
    /// Shorter content fits into one packet with its head anyway, bytes.
    private static let leastToCompress = 1024
    /// What an event loop compresses in a tenth of a millisecond, bytes.
    private static let mostOnLoop = 4096

    /// Whether this answer may be sent compressed: text, not short, and not known by the very bytes it has.
    var isCompressible: Bool {
        guard self.size >= Self.leastToCompress, let type = self.contentType, Self.isText("\(type)") else {
            return false
        }
        return !self.headers.contains { header in
            header.name == "Content-Encoding" || header.name == "ETag" && !header.value.hasPrefix("W/")
        }
    }

    /// Whether to compress it would keep an event loop from others: its compressed form is not there yet, and long.
    var isSlowToCompress: Bool {
        guard self.size > Self.mostOnLoop else { return false }
        if case .shared(let shared) = self.body, shared.isPacked { return false }
        return self.isCompressible
    }

    /// The same answer with its compressed form beside it: from then on ``compressed`` costs nothing.
    var packed: HTTPResponse {
        guard self.isCompressible else { return self }
        var response = self
        if case .bytes(let bytes) = self.body { response.body = .shared(SharedBytes(bytes)) }
        if case .shared(let shared) = response.body { _ = shared.gzipped }
        return response
    }

    /// The same answer compressed; itself where that is impossible or saves less than an eighth.
    var compressed: HTTPResponse {
        var response = self.packed
        guard response.isCompressible, case .shared(let shared) = response.body, let gzipped = shared.gzipped else {
            return self
        }
        response.body = .shared(gzipped)
        response.headers.append(("Content-Encoding", "gzip"))
        response.headers.append(Self.variesByCoding)
        return response
    }

    /// 304 with the header fields that this answer would have sent (RFC 9110 §15.4.5).
    package var notModified: HTTPResponse {
        let varies = self.isCompressible ? [Self.variesByCoding] : []
        return HTTPResponse(status: 304, headers: self.headers + varies)
    }

    /// Tells caches that the content depends on `Accept-Encoding`.
    static let variesByCoding = (name: "Vary", value: "Accept-Encoding")

    private var size: Int {
        switch self.body {
        case .empty, .events: 0
        case .bytes(let bytes): bytes.count
        case .shared(let shared): shared.count
        }
    }

    private static func isText(_ type: String) -> Bool {
        let media = type.prefix { $0 != ";" }
        return media.hasPrefix("text/") || media.hasSuffix("json") || media.hasSuffix("yaml")
            || media.hasSuffix("+xml")
    }
}
