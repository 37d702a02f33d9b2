import Glibc
import Postgres
import PrivateServers
import Synchronization

/// A private PostgreSQL for tests: one shared by the whole test process, or one's own to freeze and kill.
package final class PostgresServer: Sendable {
    private static let shared = Mutex<PostgresServer?>(nil)
    private static let names = Atomic<Int>(0)

    private let folder: String
    private let server: Mutex<PrivatePostgres>

    /// Starts a server of the test's own; `stop` it at the end (the exit of the process does it as well).
    package init() throws {
        let folder = TestFolder.make("postgres")
        self.folder = folder
        let server = try PrivatePostgres(folder: folder + "/server", durability: .none, connections: 200)
        self.server = Mutex(server)
        TestFolder.atExit { [self] in self.stop() }
    }

    /// The URL of a new empty database on the shared server, which is started by the first call.
    package static func database() throws -> String {
        let server = try self.shared.withLock { shared in
            if let shared { return shared }
            let server = try PostgresServer()
            shared = server
            return server
        }
        return try server.database()
    }

    /// The URL of a new empty database on this server.
    package func database() throws -> String {
        let name = "test_\(Self.names.add(1, ordering: .relaxed).newValue)"
        let connection = try PostgresConnection(self.url())
        try connection.script("CREATE DATABASE \(name)", timeout: .seconds(30))
        return self.url(name)
    }

    /// The URL of a database of this server.
    package func url(_ database: String = "postgres") -> String {
        self.server.withLock { $0.url(database: database) }
    }

    /// Stops the main process and all its backends: connections stay open, and nothing answers.
    package func freeze() {
        self.signalAll(SIGSTOP)
    }

    /// Lets a frozen server go on.
    package func thaw() {
        self.signalAll(SIGCONT)
    }

    /// Kills the main process and all its backends, as a crash does.
    package func kill() {
        let server = self.server.withLock { $0 }
        let backends = processes(under: server.child.id)
        server.child.signal(SIGKILL)
        for id in backends { _ = Glibc.kill(id, SIGKILL) }
        _ = server.child.wait(.seconds(10))
    }

    /// Starts it again on the same data and the same URL after `kill` or `stop`.
    package func restart() throws {
        // The old one is not referenced while the new one takes the folder's lock.
        try self.server.withLock { server in
            server.stop()
            server = try server.restarted()
        }
    }

    /// Ends the server.
    package func stop() {
        self.thaw()
        self.server.withLock { $0 }.stop()
    }

    private func signalAll(_ number: Int32) {
        let server = self.server.withLock { $0 }
        guard server.child.exit == nil else { return }
        // First the one that makes new backends.
        server.child.signal(number)
        for id in processes(under: server.child.id) { _ = Glibc.kill(id, number) }
    }
}
