import Service

/// The sole right to send a delivery for a while.
///
/// The row's `lease_until` is by the server's clock; this is the same span counted from before the row was written, on
/// a clock that goes on while the machine sleeps: so it never ends later here than there.
struct Lease: Sendable, Hashable {
    /// How long a lease is given, in milliseconds.
    static let length: Int64 = 30_000
    /// How long one attempt may take, in milliseconds.
    static let attempt: Int64 = 15_000

    /// Until when it holds, ``BootClock`` ms.
    let until: Int64

    /// A lease whose row was, or will be, written after `start` (``BootClock`` ms).
    init(from start: Int64) {
        self.until = start + Lease.length
    }

    /// Whether an attempt that begins now ends before the lease does, come what may.
    func coversAttempt(at now: Int64) -> Bool {
        now + Lease.attempt < self.until
    }

    /// Whether it should be renewed by now.
    func wantsRenewal(at now: Int64) -> Bool {
        self.until - now < Lease.length * 2 / 3
    }
}
