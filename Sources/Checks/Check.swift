package import Events

/// One kind of check, made ready for one monitor; kept and started again for each slot.
package protocol Check: Sendable {
    /// Probes the target once.
    ///
    /// On the prober's loop thread. `completion` is called there once, never before this returns, and within the
    /// monitor's timeout unless the loop itself is late.
    func start(with prober: Prober, completion: @escaping (CheckObservation) -> Void) -> any RunningCheck
}

/// A probe under way.
package protocol RunningCheck: AnyObject {
    /// Ends it; its completion is never called. On the loop's thread only.
    func cancel()
}

extension Monitor {
    /// The monitor's check, ready to be started; `nil` for a push monitor, which nothing probes.
    ///
    /// - Parameter secrets: what the definition's sealed part held.
    package func makeCheck(secrets: HTTPSecrets?) -> (any Check)? {
        switch self.check {
        case .http(let settings): HTTPCheck(self, settings, secrets ?? HTTPSecrets())
        case .tcp(let settings): TCPCheck(self, settings)
        case .push: nil
        }
    }
}
