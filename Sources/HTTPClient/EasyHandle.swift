import CCurl
import Glibc
import Networking

/// A curl easy handle with the options that all requests share.
@safe final class EasyHandle {
    /// The name that curl believes to connect to: its cache of addresses then holds one entry a port, not one a host.
    private static let alias = "apus"

    let handle: UnsafeMutableRawPointer
    private let detour: UnsafeMutablePointer<curl_slist>?
    private var addresses: UnsafeMutablePointer<curl_slist>?
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// Whether method, headers and body are those of a plain hop.
    private var isPlain = true
    private var acceptsCompression = false
    private var scope: UInt32 = 0

    init(authorities: String) {
        guard let handle = unsafe curl_easy_init() else { fatalError("no memory for a curl handle") }
        unsafe self.handle = handle
        unsafe self.detour = curl_slist_append(nil, "::\(EasyHandle.alias):")
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FRESH_CONNECT, 1), (CURLOPT_FORBID_REUSE, 1),
            (CURLOPT_SSL_SESSIONID_CACHE, 0), (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)),
            (CURLOPT_DNS_CACHE_TIMEOUT, -1), (CURLOPT_QUICK_EXIT, 1), (CURLOPT_CONNECTTIMEOUT_MS, 3_600_000),
            (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_NETRC, 0),
        ]
        for (option, value) in numbers { unsafe apus_setopt_long(handle, option, value) }
        unsafe apus_setopt_string(handle, CURLOPT_PROXY, "")
        unsafe apus_setopt_string(handle, CURLOPT_NOPROXY, "*")
        unsafe apus_setopt_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe apus_setopt_string(handle, CURLOPT_USERAGENT, "Apus/1.0 (uptime monitor)")
        // A folder of certificates beside the file would keep curl from caching the parsed file.
        unsafe apus_setopt_string(handle, CURLOPT_CAINFO, authorities)
        unsafe apus_setopt_string(handle, CURLOPT_CAPATH, nil)
        unsafe apus_setopt_list(handle, CURLOPT_CONNECT_TO, self.detour)
        unsafe apus_setopt_data(handle, CURLOPT_WRITEFUNCTION, onBody)
        unsafe apus_setopt_data(handle, CURLOPT_HEADERFUNCTION, onHeader)
        unsafe apus_setopt_opensocket(handle, onOpenSocket)
        unsafe apus_setopt_tls_context(handle, onTLSBegun)
    }

    deinit {
        unsafe curl_easy_cleanup(self.handle)
        unsafe curl_slist_free_all(self.detour)
        unsafe curl_slist_free_all(self.addresses)
        unsafe curl_slist_free_all(self.headers)
    }

    /// Hands the transfer, which owns this handle, to the callbacks; not retained.
    func setContext(_ context: UnsafeMutableRawPointer) {
        for option in [
            CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_OPENSOCKETDATA, CURLOPT_SSL_CTX_DATA,
        ] {
            unsafe apus_setopt_pointer(self.handle, option, context)
        }
    }

    /// Sets what this hop needs, and sets back what an earlier one needed.
    func prepare(_ hop: Hop, for request: HTTPRequest, addresses: [IPAddress]) {
        unsafe apus_setopt_string(self.handle, CURLOPT_URL, hop.url.text)
        self.setAddresses(addresses, port: hop.url.port)
        if !hop.isPlain || !self.isPlain {
            self.setMethod(hop)
            self.setHeaders(hop)
            self.isPlain = hop.isPlain
        }
        if request.acceptsCompression != self.acceptsCompression {
            unsafe apus_setopt_string(self.handle, CURLOPT_ACCEPT_ENCODING, request.acceptsCompression ? "" : nil)
            self.acceptsCompression = request.acceptsCompression
        }
        guard hop.url.isTLS else { return }
        unsafe apus_setopt_long(self.handle, CURLOPT_SSL_VERIFYPEER, request.verifyTLS ? 1 : 0)
        unsafe apus_setopt_long(self.handle, CURLOPT_SSL_VERIFYHOST, request.verifyTLS ? 2 : 0)
        unsafe apus_setopt_long(self.handle, CURLOPT_CERTINFO, 1)
    }

    private func setAddresses(_ addresses: [IPAddress], port: UInt16) {
        var line = Array(EasyHandle.alias.utf8)
        line.reserveCapacity(64)
        line.append(0x3a)
        line.append(contentsOf: String(port).utf8)
        var separator: UInt8 = 0x3a
        for address in addresses {
            line.append(separator)
            if address.isIPv6 { line.append(0x5b) }
            line.append(contentsOf: address.description.utf8)
            if address.isIPv6 { line.append(0x5d) }
            separator = 0x2c
        }
        line.append(0)
        unsafe curl_slist_free_all(self.addresses)
        unsafe line.withUnsafeBytes { bytes in
            unsafe self.addresses = curl_slist_append(nil, bytes.bindMemory(to: CChar.self).baseAddress)
        }
        unsafe apus_setopt_list(self.handle, CURLOPT_RESOLVE, self.addresses)
        let scope = addresses.first?.scope ?? 0
        if scope != self.scope {
            unsafe apus_setopt_long(self.handle, CURLOPT_ADDRESS_SCOPE, Int(scope))
            self.scope = scope
        }
    }

    private func setMethod(_ hop: Hop) {
        let hasBody = hop.body != nil || ["POST", "PUT", "PATCH"].contains(hop.method)
        unsafe apus_setopt_string(self.handle, CURLOPT_CUSTOMREQUEST, nil)
        unsafe apus_setopt_long(self.handle, CURLOPT_HTTPGET, 1)
        if hop.method == "HEAD" {
            unsafe apus_setopt_long(self.handle, CURLOPT_NOBODY, 1)
        } else if hasBody {
            let body = hop.body ?? []
            unsafe apus_setopt_offset(self.handle, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count))
            unsafe body.withUnsafeBytes { bytes in
                let empty: StaticString = ""
                let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
                unsafe apus_setopt_pointer(self.handle, CURLOPT_COPYPOSTFIELDS, start)
            }
        }
        if hop.method != "GET" || hasBody, hop.method != "HEAD" {
            unsafe apus_setopt_string(self.handle, CURLOPT_CUSTOMREQUEST, hop.method)
        }
    }

    private func setHeaders(_ hop: Hop) {
        unsafe curl_slist_free_all(self.headers)
        unsafe self.headers = nil
        var hasType = false
        for header in hop.headers {
            if header.name.lowercased() == "content-type" { hasType = true }
            // A semicolon is curl's way to write a header without a value.
            let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
            unsafe self.headers = curl_slist_append(self.headers, line)
        }
        if hop.body != nil {
            unsafe self.headers = curl_slist_append(self.headers, "Expect:")
            if !hasType { unsafe self.headers = curl_slist_append(self.headers, "Content-Type:") }
        }
        unsafe apus_setopt_list(self.handle, CURLOPT_HTTPHEADER, self.headers)
    }

    // MARK: What came of it

    /// - Parameters:
    ///   - tlsBegunAfter: when the TLS handshake began, in microseconds after the exchange, if it did.
    ///   - onlyAddress: the address, where only one was tried.
    func measure(isTLS: Bool, tlsBegunAfter: Int64?, onlyAddress: IPAddress?) -> Measurement {
        var measured = Measurement()
        let connected = self.offset(CURLINFO_CONNECT_TIME_T)
        let secured = isTLS ? self.offset(CURLINFO_APPCONNECT_TIME_T) : connected
        let answered = self.offset(CURLINFO_STARTTRANSFER_TIME_T)
        measured.systemError = Int32(truncatingIfNeeded: self.long(CURLINFO_OS_ERRNO))
        // curl tells when the connection was made only once TLS has been agreed upon as well.
        if let tlsBegunAfter, connected == 0 {
            measured.phase = .tls
            measured.connect = tlsBegunAfter
            return measured
        }
        guard connected > 0 else { return measured }
        measured.connect = connected - self.offset(CURLINFO_NAMELOOKUP_TIME_T)
        measured.address = onlyAddress ?? self.string(CURLINFO_PRIMARY_IP).flatMap(IPAddress.init)
        measured.phase = .tls
        guard secured > 0 else { return measured }
        if isTLS {
            measured.tls = secured - connected
            measured.certificateExpiresAt = self.certificateExpiry
        }
        measured.phase = .firstByte
        guard answered > 0 else { return measured }
        measured.phase = .transfer
        // Not from curl's word that the request was sent, which it gives after sending: a thread that was kept from
        // running in between would make the target look faster than it is.
        measured.firstByte = answered - secured
        let status = self.long(CURLINFO_RESPONSE_CODE)
        measured.status = status > 0 ? status : nil
        if status >= 300, status < 400 { measured.redirect = self.string(CURLINFO_REDIRECT_URL) }
        return measured
    }

    var certificateFault: HTTPFailure.CertificateFault {
        // X509_V_ERR_…; with another name than asked for, the chain itself verifies (0).
        switch self.long(CURLINFO_SSL_VERIFYRESULT) {
        case 0, 1, 62: .wrongHost
        case 9: .notYetValid
        case 10: .expired
        case 18: .selfSigned
        case 19, 20, 21, 27: .untrusted
        case let code: .other(code)
        }
    }

    private var certificateExpiry: Int64? {
        var info: UnsafeMutablePointer<curl_certinfo>?
        guard unsafe apus_getinfo_certificates(self.handle, &info) == CURLE_OK, let info = unsafe info,
            unsafe info.pointee.num_of_certs > 0
        else { return nil }
        var line = unsafe info.pointee.certinfo[0]
        while let current = unsafe line {
            if let text = unsafe current.pointee.data {
                let text = unsafe String(cString: text)
                if text.hasPrefix("Expire date:") { return CertificateDate.parse(text.dropFirst(12)) }
            }
            unsafe line = current.pointee.next
        }
        return nil
    }

    private func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        unsafe apus_getinfo_offset(self.handle, info, &value)
        return Int64(value)
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe apus_getinfo_long(self.handle, info, &value)
        return value
    }

    private func string(_ info: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        unsafe apus_getinfo_string(self.handle, info, &value)
        return unsafe value.map { unsafe String(cString: $0) }
    }
}
