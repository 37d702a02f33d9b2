import CMicrohttpd
import Glibc

/// Makes of an answer what libmicrohttpd sends.
enum ResponseHandle {
    /// The bytes that are asked of an event stream at once.
    private static let streamBlock = 4096

    /// Makes the response of C, which the caller destroys; nil when there is no memory.
    ///
    /// Without an exchange it is for any number of them: no event stream, and it does not name its request.
    static func make(_ response: HTTPResponse, _ exchange: Exchange?, closes: Bool) -> OpaquePointer? {
        guard let prepared = unsafe Self.body(response.body, exchange) else { return nil }
        if let type = response.contentType {
            _ = unsafe MHD_add_response_header(prepared, "Content-Type", UnsafePointer(OpaquePointer(type.utf8Start)))
        }
        for header in response.headers {
            // libmicrohttpd refuses line ends, and with them a forged second header.
            _ = unsafe MHD_add_response_header(prepared, header.name, header.value)
        }
        if response.isCompressible {
            let varies = HTTPResponse.variesByCoding
            _ = unsafe MHD_add_response_header(prepared, varies.name, varies.value)
        }
        if let exchange {
            _ = unsafe MHD_add_response_header(prepared, "X-Request-Id", exchange.request.idText)
        }
        if closes { _ = unsafe MHD_add_response_header(prepared, "Connection", "close") }
        return unsafe prepared
    }

    private static func body(_ body: HTTPResponse.Body, _ exchange: Exchange?) -> OpaquePointer? {
        switch body {
        case .empty: return unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        case .bytes(let bytes):
            return unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe UnsafeMutableRawPointer(mutating: buffer.baseAddress)
                return unsafe MHD_create_response_from_buffer(buffer.count, start, .RESPMEM_MUST_COPY)
            }
        case .shared(let shared):
            let owner = unsafe Unmanaged.passRetained(shared)
            let prepared = unsafe MHD_create_response_from_buffer_with_free_callback_cls(
                shared.count,
                shared.address,
                releaseShared,
                owner.toOpaque()
            )
            if unsafe prepared == nil { unsafe owner.release() }
            return unsafe prepared
        case .events:
            guard let exchange else { return nil }
            let owner = unsafe Unmanaged.passRetained(exchange)
            let prepared = unsafe MHD_create_response_from_callback(
                UInt64.max,
                Self.streamBlock,
                readStream,
                owner.toOpaque(),
                releaseExchange
            )
            if unsafe prepared == nil { unsafe owner.release() }
            return unsafe prepared
        }
    }
}

/// The response that served shared bytes is gone.
private func releaseShared(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<SharedBytes>.fromOpaque(context).release()
}

/// The response that served an event stream is gone.
private func releaseExchange(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<Exchange>.fromOpaque(context).release()
}

/// Asks an event stream for its next bytes, on the loop of the connection; with none, the connection is suspended.
private func readStream(
    _ context: UnsafeMutableRawPointer?,
    _ position: UInt64,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int
) -> Int {
    // -1 and -2 are MHD_CONTENT_READER_END_OF_STREAM and MHD_CONTENT_READER_END_WITH_ERROR, which Swift cannot import.
    guard let context = unsafe context, let buffer = unsafe buffer else { return -2 }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    guard let stream = exchange.stream else { return -2 }
    let step = unsafe stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size)) {
        unsafe MHD_suspend_connection(exchange.raw)
    }
    switch step {
    case .wrote(let count): return count
    case .rests: return 0
    case .ended: return -1
    case .broken: return -2
    }
}
