import CCurl

/// A parsed http(s) URL: libcurl's own parser, so that what is judged is what is used.
@safe struct WebURL: ~Copyable {
    let handle: OpaquePointer
    let isTLS: Bool
    /// In lower case, ASCII (RFC 3492), without brackets.
    let host: String
    let port: UInt16

    init?(_ text: String) {
        guard let handle = unsafe curl_url() else { return nil }
        // A fragment stays here; backslashes, spaces and controls are no part of a URL.
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f || $0 == 0x5c }),
            unsafe curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = unsafe WebURL.part(handle, CURLUPART_SCHEME), scheme == "http" || scheme == "https",
            let host = unsafe WebURL.part(handle, CURLUPART_HOST, UInt32(CURLU_PUNYCODE)), !host.isEmpty,
            let port = unsafe WebURL.part(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap({ UInt16($0) })
        else {
            unsafe curl_url_cleanup(handle)
            return nil
        }
        unsafe self.handle = handle
        self.isTLS = scheme == "https"
        var name = host.lowercased()
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        if let zone = unsafe WebURL.part(handle, CURLUPART_ZONEID) { name += "%" + zone }
        self.host = name
        self.port = port
    }

    deinit {
        unsafe curl_url_cleanup(self.handle)
    }

    /// Whether credentials for `self` may go there too (RFC 6454).
    func hasOrigin(_ isTLS: Bool, _ host: String, _ port: UInt16) -> Bool {
        self.isTLS == isTLS && self.host == host && self.port == port
    }

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text = unsafe text else { return nil }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}
