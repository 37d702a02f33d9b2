import CMicrohttpd
import Glibc

// What libmicrohttpd calls, all on the loop of the connection. The context is the engine, which outlives its daemon.

private func engine(_ context: UnsafeMutableRawPointer?) -> Engine? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<Engine>.fromOpaque(context).takeUnretainedValue()
}

/// A connection was accepted or is about to be closed; the table holds it in between.
func onConnection(
    _ context: UnsafeMutableRawPointer?,
    _ raw: OpaquePointer?,
    _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_ConnectionNotificationCode
) {
    guard let engine = unsafe engine(context), let raw = unsafe raw, let socketContext = unsafe socketContext else {
        return
    }
    if code == .CONNECTION_NOTIFY_STARTED {
        let now = MonotonicClock.microseconds
        let peer = unsafe apus_mhd_peer(raw).map { unsafe PeerAddress($0) }
        let connection = unsafe Connection(
            descriptor: apus_mhd_socket(raw),
            peer: peer ?? .local,
            microseconds: now,
            deadline: now / 1000 + engine.configuration.headerDeadline
        )
        unsafe socketContext.pointee = Unmanaged.passRetained(connection).toOpaque()
        engine.connections.add(connection)
    } else if let opaque = unsafe socketContext.pointee {
        let connection = unsafe Unmanaged<Connection>.fromOpaque(opaque).takeRetainedValue()
        unsafe socketContext.pointee = nil
        engine.connections.remove(connection)
    }
}

/// A request line has come; what is returned belongs to the request until ``onCompleted``.
func onTarget(
    _ context: UnsafeMutableRawPointer?,
    _ uri: UnsafePointer<CChar>?,
    _ raw: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let engine = unsafe engine(context), let uri = unsafe uri, let raw = unsafe raw else { return nil }
    let length = unsafe strlen(uri)
    let bytes = unsafe UnsafeRawBufferPointer(start: uri, count: length)
    // Bytes that are no UTF-8 become replacement characters, which are refused like all that is not ASCII.
    let target = unsafe RequestTarget.origin(String(decoding: bytes, as: UTF8.self))
    let exchange = unsafe Exchange(
        engine,
        raw,
        target: target,
        versionAddress: UInt(bitPattern: uri) + UInt(length) + 1,
        id: engine.tally.nextID()
    )
    return unsafe Unmanaged.passRetained(exchange).toOpaque()
}

/// The headers are complete, a part of the body has come, or the request is complete; called in this order, and once
/// more when a suspended connection goes on.
func onAccess(
    _ context: UnsafeMutableRawPointer?,
    _ raw: OpaquePointer?,
    _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>?,
    _ requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let opaque = unsafe requestContext?.pointee, let method = unsafe method, let version = unsafe version,
        let uploadSize = unsafe uploadSize
    else { return MHD_Result.NO }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(opaque).takeUnretainedValue()
    if exchange.stage == .line {
        return unsafe exchange.begin(method: method, version: version) ? MHD_Result.YES : MHD_Result.NO
    }
    if unsafe uploadSize.pointee > 0 {
        let part = unsafe UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
        unsafe uploadSize.pointee = 0
        return unsafe exchange.take(part) ? MHD_Result.YES : MHD_Result.NO
    }
    return exchange.finish() ? MHD_Result.YES : MHD_Result.NO
}

/// A request is over, well or not: the last call about it.
func onCompleted(
    _ context: UnsafeMutableRawPointer?,
    _ raw: OpaquePointer?,
    _ requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_RequestTerminationCode
) {
    guard let requestContext = unsafe requestContext, let opaque = unsafe requestContext.pointee else { return }
    unsafe requestContext.pointee = nil
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(opaque).takeRetainedValue()
    exchange.complete(wasAnswered: code == .REQUEST_TERMINATED_COMPLETED_OK)
}
