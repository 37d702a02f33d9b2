import CCurl
import EventLoop
import Glibc
import Networking

/// Called by libcurl on the loop's thread with a header line; `context` is the unretained transfer.
func onHeader(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer.exchange.take(header: line) ? size * count : 0
}

/// Called by libcurl on the loop's thread with a part of the body; `context` is the unretained transfer.
func onBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer.exchange.take(body: part) ? size * count : 0
}

/// Called by libcurl on the loop's thread for each connection: the last word on the address that is really used.
func onOpenSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address else { return CURL_SOCKET_BAD }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    // The structure is longer than its declaration: an IPv6 address reaches beyond the member `addr`.
    let start = unsafe UnsafeRawPointer(address).advanced(by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16)
    let generic = unsafe start.assumingMemoryBound(to: sockaddr.self)
    guard let target = unsafe IPAddress(unsafe: generic, length: Int(address.pointee.addrlen)) else {
        return CURL_SOCKET_BAD
    }
    transfer.exchange.sockets += 1
    transfer.exchange.lastAddress = target
    guard transfer.policy.allows(target) else {
        transfer.exchange.denied = target
        return CURL_SOCKET_BAD
    }
    let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = unsafe socket(address.pointee.family, type, address.pointee.protocol)
    if descriptor < 0 { transfer.exchange.socketError = errno }
    return descriptor
}

/// Called by libcurl on the loop's thread when a TLS handshake begins; `context` is the unretained transfer.
func onTLSBegun(
    _ easy: UnsafeMutableRawPointer?,
    _ tls: UnsafeMutableRawPointer?,
    _ context: UnsafeMutableRawPointer?
) -> CURLcode {
    if let context = unsafe context {
        unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().exchange.tlsBegunAt = MonotonicTime.now
    }
    return CURLE_OK
}
