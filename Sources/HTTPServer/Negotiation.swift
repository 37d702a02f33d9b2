/// What a client takes, by its `Accept` and `Accept-Encoding` (RFC 9110 §12.5).
enum Negotiation {
    /// Whether a client takes one of these media types, all in lower case; without `Accept` it takes any.
    static func accepts(_ media: [String], _ headers: HTTPHeaders) -> Bool {
        let ranges = headers.all("accept")
        guard !ranges.isEmpty else { return true }
        let items = ranges.flatMap(Self.items)
        return media.contains { type in
            let any = type.prefix { $0 != "/" } + "/*"
            // The most specific range that fits decides, whatever the others say.
            for range in [type[...], any, "*/*"] {
                if let item = items.first(where: { $0.name == range }) { return item.isWanted }
            }
            return false
        }
    }

    /// Whether a client takes gzip.
    static func acceptsGzip(_ headers: HTTPHeaders) -> Bool {
        let items = headers.all("accept-encoding").flatMap(Self.items)
        for coding in ["gzip", "x-gzip", "*"] {
            if let item = items.first(where: { $0.name == coding }) { return item.isWanted }
        }
        return false
    }

    /// The elements of a list, in lower case, and whether their weight is more than 0; parameters are not looked at.
    private static func items(_ list: String) -> [(name: String, isWanted: Bool)] {
        list.split(separator: ",").map { element in
            let parts = element.lowercased().split(separator: ";", omittingEmptySubsequences: false)
                .map { $0.filter { $0 != " " && $0 != "\t" } }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            return (parts.first ?? "", weight?.contains { ("1"..."9") ~= $0 } ?? true)
        }
    }
}
