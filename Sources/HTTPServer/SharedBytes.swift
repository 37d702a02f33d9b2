import Synchronization

/// Bytes that never change and may be served to any number of clients at once without a copy.
@safe package final class SharedBytes: @unchecked Sendable {
    // Sendable although it holds a pointer: written once before anyone else sees it, freed after the last reader.
    private let storage: UnsafeMutableRawBufferPointer
    /// What came of compressing them, once somebody has; empty: it does not pay.
    private let packed = AtomicLazyReference<SharedBytes>()

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

    /// Whether ``gzipped`` is known: then it costs nothing.
    var isPacked: Bool { self.packed.load() != nil }

    /// The same compressed, made once and kept; nil where that saves less than an eighth.
    ///
    /// Takes a millisecond for some 50 KB, so that no event loop may ask for much that is not ``isPacked``.
    var gzipped: SharedBytes? {
        let packed = self.packed.load() ?? self.packed.storeIfNil(SharedBytes(self.withSpan(Gzip.pack)))
        return packed.count == 0 ? nil : packed
    }

    /// The address of the first byte; good while this object lives.
    var address: UnsafeMutableRawPointer? { unsafe self.storage.baseAddress }
}
