import Glibc
import Postgres
import TestServers
import Testing

@testable import PrivateServers

@Suite(.timeLimit(.minutes(1))) struct PrivatePostgresTests {
    @Test func `data in a closed folder with a long path survive a restart`() throws {
        let parent = TestFolder.make("closed")
        unsafe chmod(parent, 0o700)
        let folder = parent + "/" + String(repeating: "long", count: 30) + "/postgres"
        let first = try PrivatePostgres(folder: folder, durability: .none)
        defer { first.stop() }
        try PostgresConnection(first.url()).script("CREATE TABLE kept (id bigint)")
        let busy = #expect(throws: PrivateServerError.self) { try PrivatePostgres(folder: folder) }
        #expect(busy?.description.contains("another process") == true)
        first.stop()
        #expect(first.child.exit == .status(0))
        let second = try first.restarted()
        defer { second.stop() }
        #expect(try PostgresConnection(second.url()).query("SELECT * FROM kept").count == 0)
    }

    @Test func `a server whose starter was killed is ended and its folder taken over`() async throws {
        let folder = TestFolder.make("orphan") + "/postgres"
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
            // Without a death signal it goes on alone, as where the kernel could not send one.
            let server = try PrivatePostgres(folder: folder, durability: .none, deathSignal: 0)
            try PostgresConnection(server.url()).script("CREATE TABLE kept (id bigint)")
            kill(getpid(), SIGKILL)
        }
        let server = try PrivatePostgres(folder: folder, durability: .none)
        defer { server.stop() }
        #expect(try PostgresConnection(server.url()).query("SELECT * FROM kept").count == 0)
    }

    @Test func `a server dies with its starter`() async throws {
        let folder = TestFolder.make("dies") + "/redis"
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
            _ = try PrivateRedis(folder: folder)
            kill(getpid(), SIGKILL)
        }
        let note = try #require(readFile(folder + "/server.pid"))
        let server = try #require(ProcessIdentity(text: note))
        let end = ContinuousClock.now + .seconds(10)
        while server.isRunning, ContinuousClock.now < end { usleep(5000) }
        #expect(!server.isRunning)
    }
}
