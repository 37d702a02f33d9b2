import CCurl
import Networking

/// What has come in during one hop, and the limits on it.
struct Exchange {
    private var headerLimit = 0
    private var bodyLimit = 0
    private var bodyCapture = 0
    private var keepsHeaders = false
    var begunAt: Int64 = 0
    /// When the connection was made and the TLS handshake began; both in microseconds of the monotonic clock.
    var tlsBegunAt: Int64?
    var headerBytes = 0
    var headersTooLarge = false
    var headers: [HTTPHeader] = []
    var body: [UInt8] = []
    var bodyBytes = 0
    var bodyWasCut = false
    /// How many sockets were asked for; more than one where several addresses were tried.
    var sockets = 0
    /// The address of the last of them.
    var lastAddress: IPAddress?
    var denied: IPAddress?
    /// The `errno` of a socket that could not be made.
    var socketError: Int32 = 0

    /// Before and between requests.
    init() {}

    init(_ request: HTTPRequest) {
        self.headerLimit = request.headerLimit
        self.bodyLimit = request.bodyLimit
        self.bodyCapture = request.bodyCapture
        self.keepsHeaders = request.keepsHeaders
    }

    /// A header line with its line end; `false`: stop.
    mutating func take(header line: UnsafeRawBufferPointer) -> Bool {
        self.headerBytes += line.count
        guard self.headerBytes <= self.headerLimit else {
            self.headersTooLarge = true
            return false
        }
        if self.keepsHeaders { self.keep(unsafe String(decoding: line, as: UTF8.self)) }
        return true
    }

    private mutating func keep(_ line: String) {
        // A status line: what came before belongs to an interim answer.
        if line.hasPrefix("HTTP/") { self.headers = [] }
        guard let colon = line.utf8.firstIndex(of: 0x3a), !line.hasPrefix("HTTP/") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let end = value.lastIndex { !$0.isWhitespace }
        self.headers.append(HTTPHeader(String(line[..<colon]), end.map { String(value[...$0]) } ?? ""))
    }

    /// A part of the body; `false`: stop.
    mutating func take(body part: UnsafeRawBufferPointer) -> Bool {
        let room = self.bodyLimit - self.bodyBytes
        let wanted = unsafe part.prefix(max(0, room))
        let kept = unsafe wanted.prefix(max(0, self.bodyCapture - self.body.count))
        if unsafe !kept.isEmpty { unsafe self.body.append(contentsOf: kept) }
        unsafe self.bodyBytes += wanted.count
        unsafe self.bodyWasCut = wanted.count < part.count
        return !self.bodyWasCut
    }

    /// What curl's code means here, or `nil` where nothing is wrong.
    ///
    /// Never judged by curl's words, which mislead.
    func failure(_ code: CURLcode, _ measured: Measurement, _ easy: EasyHandle) -> HTTPFailure? {
        guard code != CURLE_OK else { return nil }
        if code == CURLE_WRITE_ERROR, self.bodyWasCut { return nil }
        let kind = self.kind(code, measured, easy)
        return HTTPFailure(kind: kind, phase: measured.phase, code: Int(code.rawValue))
    }

    private func kind(_ code: CURLcode, _ measured: Measurement, _ easy: EasyHandle) -> HTTPFailure.Kind {
        if self.headersTooLarge { return .headersTooLarge }
        switch code {
        case CURLE_COULDNT_CONNECT: return .socket(self.connectFailure(measured))
        case CURLE_OPERATION_TIMEDOUT: return .timeout
        case CURLE_GOT_NOTHING: return .emptyReply
        case CURLE_PARTIAL_FILE: return .truncated
        case CURLE_BAD_CONTENT_ENCODING: return .encoding
        case CURLE_PEER_FAILED_VERIFICATION: return .certificate(easy.certificateFault)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT:
            return .tls
        case CURLE_SSL_CACERT_BADFILE: return .local("the file of trusted certificates can't be read")
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_ENGINE_NOTFOUND, CURLE_FAILED_INIT:
            return .local("libcurl could not be set up (\(code.rawValue))")
        case CURLE_URL_MALFORMAT: return .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST: return .local("libcurl did not take the address")
        case CURLE_SEND_ERROR: return .socket(.reset)
        case CURLE_RECV_ERROR: return self.receiveFailure(measured)
        case CURLE_OUT_OF_MEMORY:
            // That is also what curl calls a header line that is longer than its buffer.
            return measured.phase == .dns || measured.phase == .connect ? .local("no memory") : .headersTooLarge
        default: return .malformed
        }
    }

    private func connectFailure(_ measured: Measurement) -> SocketFailure {
        if let denied = self.denied { return .denied(denied) }
        if self.socketError != 0 { return SocketFailure(errno: self.socketError) }
        return SocketFailure(errno: measured.systemError)
    }

    private func receiveFailure(_ measured: Measurement) -> HTTPFailure.Kind {
        // Where curl's own limit of all headers lies (about 300 kB), it says no more than this.
        if self.headerBytes > 200_000, self.bodyBytes == 0 { return .headersTooLarge }
        if SocketFailure(errno: measured.systemError) == .reset { return .socket(.reset) }
        return measured.phase == .firstByte ? .socket(.reset) : .malformed
    }
}

extension HTTPFailure {
    /// Whether something answered, so that the failure needs no further evidence (design §5).
    func provesAnAnswer(bytes: Int) -> Bool {
        switch self.kind {
        case .timeout: bytes > 0
        case .invalidRequest, .dns, .local: false
        case .socket(let failure): failure == .refused || failure == .reset
        default: true
        }
    }
}
