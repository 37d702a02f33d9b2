import Glibc
import HTTPServer
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct RouteExecutionTests {
    @Test func `what is not quick leaves the event loop, what is quick does not wait for it`() throws {
        let isReleased = Released()
        let router = Router([
            Route(.get, "/either", execution: .loopIf { !$0.target.hasSuffix("slow") }) { request in
                while request.target.hasSuffix("slow"), !isReleased.flag.load(ordering: .relaxed) { usleep(1_000) }
                return .text("done")
            }
        ])
        var configuration = HTTPServer.Configuration(listen: ListenAddress(host: "127.0.0.1", port: 0))
        configuration.computers = 1
        configuration.workerQueue = 1
        let server = try HTTPServer(configuration, router: router)
        defer { server.stop(within: 1_000) }
        func ask(_ target: String) throws -> RawClient {
            let client = try RawClient(port: server.address.port)
            client.write("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return client
        }
        // One in work, one waiting: the third is told to come back, so that they are where slow work belongs.
        let slow = try (0..<3).map { _ in try ask("/either?slow") }
        #expect(eventually { server.counters.overloaded >= 1 })
        for _ in 0..<20 { #expect(try ask("/either").readToEnd().text.hasSuffix("done")) }
        isReleased.flag.store(true, ordering: .relaxed)
        #expect(slow.map { $0.readToEnd().text }.contains { $0.hasSuffix("done") })
    }
}

private final class Released: Sendable {
    let flag = Atomic(false)
}
