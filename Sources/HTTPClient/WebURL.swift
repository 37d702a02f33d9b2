import CCurl
import Networking

/// A parsed http(s) URL: libcurl's own parser, so that what is judged is what is used.
struct WebURL: Sendable, Hashable {
    /// As it was given; libcurl takes it apart once more for each exchange, by the same rules.
    let text: String
    let isTLS: Bool
    /// In lower case, ASCII (RFC 3492), without brackets.
    let host: String
    let port: UInt16
    /// The address, where the host is written as one.
    let literal: IPAddress?

    init?(_ text: String) {
        // A fragment stays here; backslashes, spaces and controls are no part of a URL.
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f || $0 == 0x5c }), let handle = unsafe curl_url()
        else { return nil }
        defer { unsafe curl_url_cleanup(handle) }
        guard unsafe curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = unsafe WebURL.part(handle, CURLUPART_SCHEME), scheme == "http" || scheme == "https",
            let host = unsafe WebURL.part(handle, CURLUPART_HOST, UInt32(CURLU_PUNYCODE)), !host.isEmpty,
            let port = unsafe WebURL.part(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap({ UInt16($0) })
        else { return nil }
        self.text = text
        self.isTLS = scheme == "https"
        var name = host.lowercased()
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        if let zone = unsafe WebURL.part(handle, CURLUPART_ZONEID) { name += "%" + zone }
        self.host = name
        self.port = port
        self.literal = IPAddress(name)
    }

    /// Whether credentials for `self` may go there too (RFC 6454).
    func hasSameOrigin(as other: WebURL) -> Bool {
        self.isTLS == other.isTLS && self.host == other.host && self.port == other.port
    }

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text = unsafe text else { return nil }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}
