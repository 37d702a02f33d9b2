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
        guard target.utf8.first == UInt8(ascii: "/") else { return "The target must begin with a slash." }
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "The target holds a space, a control character or a byte beyond ASCII."
        }
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        if path.contains(UInt8(ascii: "\\")) || path.contains(UInt8(ascii: "#")) {
            return "The path holds a backslash or a fragment."
        }
        guard path.contains(UInt8(ascii: "%")) || path.contains(UInt8(ascii: ".")) else { return nil }
        for segment in path.split(separator: UInt8(ascii: "/")) {
            guard let text = PercentEncoding.decode(segment) else {
                return "The path has a percent escape that is broken, no UTF-8, or a control character."
            }
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
