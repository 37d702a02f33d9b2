import CMicrohttpd
import Synchronization

/// An answer whose head and content are made once and sent to any number of clients at once, without a copy.
@safe package final class PreparedResponse: @unchecked Sendable {
    // Sendable although it holds handles of C: libmicrohttpd counts the references to a response under its own lock,
    // and nothing of it changes once it is made.
    private let plain: HTTPResponse
    private let handle: OpaquePointer?
    private let isCompressible: Bool
    /// The same with the compressed content, made when the first client asks for it; 0: not yet.
    private let compressed = Mutex<UInt>(0)

    /// Makes a successful answer ready; it must not be an event stream.
    package init(_ response: HTTPResponse) {
        if case .events = response.body { preconditionFailure("an event stream has one client") }
        precondition(response.status < 400, "an error names the request that it answers")
        var plain = response
        // Kept in one place, together with its compressed form.
        if case .bytes(let bytes) = response.body { plain.body = .shared(SharedBytes(bytes)) }
        self.plain = plain
        self.isCompressible = plain.isCompressible
        unsafe self.handle = ResponseHandle.make(plain, nil, closes: false)
    }

    deinit {
        // Connections that still send it hold references of their own.
        if let handle = unsafe self.handle { unsafe MHD_destroy_response(handle) }
        let packed = self.compressed.withLock { $0 }
        if let packed = unsafe OpaquePointer(bitPattern: packed) { unsafe MHD_destroy_response(packed) }
    }

    /// The answer, for handlers to return; one that is changed is made anew for its client.
    package var response: HTTPResponse {
        var response = self.plain
        response.prepared = self
        return response
    }

    /// Has it sent over a connection, on its loop; false when there is no memory.
    ///
    /// Compressed only where that does not keep the loop.
    func queue(on connection: OpaquePointer, compressed: Bool) -> Bool {
        let packs = compressed && self.isCompressible && !self.plain.isSlowToCompress
        guard let handle = unsafe packs ? self.packed() : self.handle else { return false }
        return unsafe MHD_queue_response(connection, UInt32(self.plain.status), handle) == MHD_Result.YES
    }

    private func packed() -> OpaquePointer? {
        let packed = self.compressed.withLock { packed in
            if packed == 0 {
                let made = unsafe ResponseHandle.make(self.plain.compressed, nil, closes: false)
                packed = UInt(bitPattern: made)
            }
            return packed
        }
        return unsafe OpaquePointer(bitPattern: packed)
    }
}
