/// Bytes that never change and may be served to any number of clients at once without a copy.
@safe package final class SharedBytes: @unchecked Sendable {
    // Sendable although it holds a pointer: written once before anyone else sees it, freed after the last reader.
    private let storage: UnsafeMutableRawBufferPointer

    /// Copies `bytes` once, to a place that does not move.
    package init(_ bytes: [UInt8]) {
        let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        unsafe storage.copyBytes(from: bytes)
        unsafe self.storage = storage
    }

    deinit { unsafe self.storage.deallocate() }

    /// The number of bytes.
    package var count: Int { unsafe self.storage.count }

    /// A copy of the bytes.
    package var bytes: [UInt8] { unsafe [UInt8](self.storage) }

    /// Lends the bytes.
    package func withSpan<R>(_ body: (RawSpan) -> R) -> R { unsafe body(self.storage.bytes) }

    /// The address of the first byte; good while this object lives.
    var address: UnsafeMutableRawPointer? { unsafe self.storage.baseAddress }
}
