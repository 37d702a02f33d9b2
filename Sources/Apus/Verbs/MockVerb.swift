import Glibc
import Service

/// `apus mock`: a target that can be told to fail.
struct MockVerb: Verb {
    static let name = "mock"
    static let summary = "serves a target whose answers you switch, to try alerts out"
    static let description = [
        """
        Serves HTTP. Every path answers 200 until told otherwise; each path prefix /t/NAME is a target of its own. The \
        page at /_mock switches them, and so does HTTP: POST /_mock?mode=MODE for the target without a prefix, \
        POST /t/NAME/_mock?mode=MODE for NAME.
        """,
        """
        The modes: ok; slow, 200 after delay seconds (2); status, the given status (503) at once; timeout, the request \
        is read and never answered; reset, the connection is reset; flapping, period seconds (10) of 200 and as many of \
        status, in turns. An example: curl -X POST 'http://127.0.0.1:8081/t/shop/_mock?mode=status&status=500'
        """,
        """
        GET /_mock/log lists what was served and set, one JSON object a line, oldest first: time (Unix milliseconds), \
        target, method, path and served (a status, timeout or reset), or mode where one was set. It keeps 100,000 lines.
        """,
    ]
    static let options = [
        VerbOption("--listen", value: "HOST:PORT", "Where to listen. Default: 127.0.0.1:8081.")
    ]

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let text = arguments.value("--listen") ?? "127.0.0.1:8081"
        guard let address = HostAndPort(text) else {
            throw VerbError("--listen: expected HOST:PORT as 127.0.0.1:8081, found '\(text)'", code: ExitCode.usage)
        }
        let server = try MockServer(listen: address)
        let thread = DedicatedThread("mock") { server.run() }
        print("Serving a target at http://\(HostAndPort(host: address.host, port: server.port))/")
        print("Switch its answers at http://\(HostAndPort(host: address.host, port: server.port))/_mock")
        fflush(nil)
        _ = Signals.wait()
        server.stop()
        thread.join()
        return 0
    }
}
