package import HTTPServer

/// Serves `/livez`, `/readyz` and `/metrics` on a port of its own.
package final class HealthServer: Sendable {
    private let server: HTTPServer

    /// Where it listens, with the port that the kernel chose.
    package let address: HostAndPort

    /// Starts to serve; throws when the address can't be listened on.
    package init(listen: HostAndPort, health: Health, metrics: Metrics) throws(HTTPServerError) {
        let host = listen.host.isEmpty ? "0.0.0.0" : listen.host
        var configuration = HTTPServer.Configuration(listen: ListenAddress(host: host, port: listen.port))
        configuration.loops = 1
        configuration.workers = 1
        configuration.connections = 64
        self.server = try HTTPServer(
            configuration,
            router: Router([
                Route(.get, "/livez") { _ in answer("alive", health.stalled) },
                Route(.get, "/readyz") { _ in answer("ready", health.unmet) },
                Route(.get, "/metrics", execution: .worker) { _ in
                    HTTPResponse(
                        status: 200,
                        contentType: "text/plain; version=0.0.4; charset=utf-8",
                        body: .bytes(Array(metrics.exposition().utf8))
                    )
                },
            ])
        )
        self.address = HostAndPort(host: self.server.address.host, port: self.server.address.port)
    }

    /// Stops to serve, at once.
    package func stop() {
        self.server.stop(within: 0)
    }
}

/// 200 with one word, or 503 with the reasons, one a line.
private func answer(_ word: String, _ reasons: [String]) -> HTTPResponse {
    if reasons.isEmpty { return .text(word + "\n") }
    return .text(reasons.map { $0 + "\n" }.joined(), status: 503)
}
