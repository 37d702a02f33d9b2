import EventLoop
import TestServers
import Testing

@testable import Networking

@Suite(.timeLimit(.minutes(1)))
struct ResolverTests {
    @Test func `each kind of answer has its own name`() async throws {
        let server = ScriptedNameServer { name in
            switch name {
            case "good.test": .addresses(["192.0.2.7", "192.0.2.8"])
            case "empty.test": .empty
            case "failing.test": .serverFailure
            case "refusing.test": .refused
            default: .notFound
            }
        }
        defer { server.stop() }
        let fixture = try Fixture(server.address)
        defer { fixture.stop() }
        #expect(
            try await fixture.resolve("good.test").get().map(\.description).sorted() == ["192.0.2.7", "192.0.2.8"]
        )
        #expect(await fixture.resolve("empty.test") == .failure(.noData))
        #expect(await fixture.resolve("nothing.test") == .failure(.notFound))
        #expect(await fixture.resolve("failing.test") == .failure(.serverFailure))
        #expect(await fixture.resolve("refusing.test") == .failure(.refused))
        #expect(await fixture.resolve(String(repeating: "x", count: 64) + ".test") == .failure(.badName))
    }

    @Test func `a lookup that is never answered ends at its deadline and delays no neighbour`() async throws {
        let server = ScriptedNameServer { $0.hasPrefix("hung") ? .silence : .addresses(["192.0.2.1"]) }
        defer { server.stop() }
        let fixture = try Fixture(server.address)
        defer { fixture.stop() }
        let begun = MonotonicTime.now
        async let hung = withTaskGroup(of: Result<[IPAddress], DNSFailure>.self) { group in
            for index in 0..<200 { group.addTask { await fixture.resolve("hung\(index).test", within: 1_000_000) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let (neighbour, neighbourTook) = await fixture.timed("neighbour.test")
        #expect(try neighbour.get().first?.description == "192.0.2.1")
        let answers = await hung
        let took = MonotonicTime.now - begun
        #expect(neighbourTook < 900_000)
        #expect(answers.allSatisfy { $0 == .failure(.timeout) })
        #expect(took >= 1_000_000)
        #expect(took < 3_000_000)
    }

    @Test func `a server that ignores one family does not make the other wait`() async throws {
        let server = ScriptedNameServer { _ in .silenceForIPv6(["192.0.2.1"]) }
        defer { server.stop() }
        let fixture = try Fixture(server.address)
        defer { fixture.stop() }
        let begun = MonotonicTime.now
        #expect(try await fixture.resolve("half.test").get().count == 1)
        #expect(MonotonicTime.now - begun < 1_500_000)
    }

    @Test func `nobody is asked for literals, localhost and the names of the hosts file`() async throws {
        let server = ScriptedNameServer { _ in .silence }
        defer { server.stop() }
        let fixture = try Fixture(server.address)
        defer { fixture.stop() }
        #expect(await fixture.resolve("192.0.2.9") == .success([IPAddress(ipv4: 0xc000_0209)]))
        #expect(await fixture.resolve("::1", family: .ipv4) == .failure(.noData))
        #expect(try await fixture.resolve("a.localhost", family: .ipv6).get() == [IPAddress(ipv6: 0, 1)])
        #expect(try await !fixture.resolve("localhost").get().isEmpty)
        #expect(server.questions == 0)
    }

    @Test func `a dead name server is our own fault`() async throws {
        let fixture = try Fixture("127.0.0.1:\(LoopbackSocket.closedPort())")
        defer { fixture.stop() }
        let answer = await fixture.resolve("any.test")
        guard case .failure(let failure) = answer else {
            Issue.record("expected a failure, found \(answer)")
            return
        }
        #expect(failure.isLocal || failure == .timeout)
    }

    @Test func `the hosts file may have comments, tabs and several names`() {
        let hosts = HostsFile.parse("# c\n127.0.0.1\tlocalhost one # two\n::1 localhost\nnonsense x\n")
        #expect(hosts["localhost"]?.count == 2)
        #expect(hosts["one"] == [IPAddress(ipv4: 0x7f00_0001)])
        #expect(hosts["two"] == nil)
        #expect(hosts["x"] == nil)
    }
}

private final class Fixture: Sendable {
    private let loop: EventLoop
    private let resolver: Resolver

    init(_ servers: String) throws {
        self.loop = try EventLoop(name: "resolver")
        self.resolver = try Resolver(on: self.loop, servers: servers)
        try self.loop.start()
    }

    func stop() { self.loop.stop() }

    /// The time is taken on the loop, microseconds.
    func timed(_ name: String) async -> (Result<[IPAddress], DNSFailure>, Int64) {
        await withCheckedContinuation { continuation in
            self.loop.submit {
                let begun = MonotonicTime.now
                self.resolver.resolve(name, within: 5_000_000) {
                    continuation.resume(returning: ($0, MonotonicTime.now - begun))
                }
            }
        }
    }

    func resolve(
        _ name: String,
        family: IPFamily = .any,
        within timeout: Int64 = 5_000_000
    ) async -> Result<[IPAddress], DNSFailure> {
        await withCheckedContinuation { continuation in
            self.loop.submit {
                self.resolver.resolve(name, family: family, within: timeout) { continuation.resume(returning: $0) }
            }
        }
    }
}
