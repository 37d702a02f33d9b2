/// The rules for the path and query of a request, as the client wrote them.
enum RequestTarget {
    /// The longest target taken, in bytes.
    static let limit = 8192

    /// What is wrong with a target; nil if it may be routed.
    ///
    /// Refused is what two programs may read in two ways: control characters, spaces, escaped NULs and slashes, and
    /// segments that mean another directory.
    static func fault(_ target: String) -> String? {
        if target == "*" { return nil }
        let bytes = target.utf8.span
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") else { return "The target must begin with a slash." }
        for index in bytes.indices where !(0x21...0x7E).contains(bytes[index]) {
            return "The target holds a space, a control character or a byte beyond ASCII."
        }
        let path = bytes.extracting(..<bytes.index(of: UInt8(ascii: "?")))
        var isPlain = true
        for index in path.indices {
            switch path[index] {
            case UInt8(ascii: "\\"), UInt8(ascii: "#"): return "The path holds a backslash or a fragment."
            case UInt8(ascii: "%"), UInt8(ascii: "."): isPlain = false
            default: break
            }
        }
        return isPlain ? nil : Self.faultOfSegments(path)
    }

    private static func faultOfSegments(_ path: Span<UInt8>) -> String? {
        var start = 1
        while start < path.count {
            let end = path.index(of: UInt8(ascii: "/"), from: start)
            guard let text = PercentEncoding.decode(path.extracting(start..<end)) else {
                return "The path has a percent escape that is broken, no UTF-8, or a control character."
            }
            start = end + 1
            if text.contains("/") || text.contains("\\") { return "The path has an escaped slash." }
            if text == "." || text == ".." { return "The path has a segment of dots." }
        }
        return nil
    }

    /// The origin form of a target: an absolute one loses its scheme and authority (RFC 9112 §3.2.2).
    static func origin(_ target: String) -> String {
        guard target.hasPrefix("http://") else { return target }
        let rest = target.utf8.dropFirst(7)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return "/" }
        return String(target[slash...])
    }
}
