/// The part of a server that the threads share.
final class Engine: Sendable {
    let address: ListenAddress

    init(
        _ configuration: HTTPServer.Configuration,
        _ router: Router,
        _ observe: (@Sendable (HTTPServer.Observation) -> Void)?
    ) throws(HTTPServerError) {
        self.address = configuration.listen
    }

    var counters: HTTPServer.Counters { HTTPServer.Counters() }

    func stop(within milliseconds: Int64) {}
}
