import Synchronization

/// An HTTP/1.1 server on libmicrohttpd.
///
/// SIGPIPE must be ignored by the process before it starts (`signal(SIGPIPE, SIG_IGN)`): clients go away.
package final class HTTPServer: Sendable {
    /// Where the server listens, with the port that the system chose.
    package let address: ListenAddress
    private let engine: Engine

    /// Starts to listen and to answer.
    ///
    /// - Parameters:
    ///   - configuration: address and limits.
    ///   - router: the routes.
    ///   - observe: called for each request when it is over, on the threads of the server; must be quick.
    /// - Throws: ``HTTPServerError``.
    package init(
        _ configuration: Configuration,
        router: Router,
        observe: (@Sendable (Observation) -> Void)? = nil
    ) throws(HTTPServerError) {
        self.engine = try Engine(configuration, router, observe)
        self.address = self.engine.address
    }

    deinit { self.stop(within: 0) }

    /// What was counted since the start.
    package var counters: Counters { self.engine.counters }

    /// Stops: no new connections, event streams are ended, requests in work have `milliseconds` to be answered.
    ///
    /// Returns when all is closed. Calling it again does nothing.
    package func stop(within milliseconds: Int64) {
        self.engine.stop(within: milliseconds)
    }
}
