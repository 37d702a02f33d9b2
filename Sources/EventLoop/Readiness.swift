import CLinux

/// What a descriptor is wanted for, and what it is ready for.
package struct Readiness: OptionSet, Sendable, Hashable {
    /// The bits; private to the loop.
    package let rawValue: UInt32

    /// A set of bits.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, or the peer has closed.
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write, or a connection is made.
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The descriptor is in error or hung up; reported whether wanted or not.
    package static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// Whoever owns a watched descriptor.
package protocol ReadinessHandler: AnyObject {
    /// Called on the loop's thread when `descriptor` is ready (level-triggered: again and again until it no longer is).
    func descriptor(_ descriptor: Int32, isReadyFor readiness: Readiness)
}
