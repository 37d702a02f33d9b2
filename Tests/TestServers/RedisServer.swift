import Glibc
import PrivateServers
import Synchronization

/// A private Redis for tests: one shared by the whole test process, or one's own to freeze and kill.
package final class RedisServer: Sendable {
    private static let databases = 512
    private static let shared = Mutex<RedisServer?>(nil)
    private static let used = Atomic<Int>(0)

    private let folder: String
    private let memory: Int
    private let server: Mutex<PrivateRedis>

    /// Starts a server of the test's own with this many bytes for data; `stop` it at the end (the exit does it too).
    package init(memory: Int = 64 << 20) throws {
        let folder = TestFolder.make("redis")
        self.folder = folder
        self.memory = memory
        self.server = Mutex(try PrivateRedis(folder: folder + "/server", memory: memory, databases: Self.databases))
        TestFolder.atExit { [self] in self.stop() }
    }

    /// The URL of an empty database, used by nobody else, on the shared server, which is started by the first call.
    ///
    /// Channels of publish and subscribe are not kept apart by databases: use a prefix of the test's own.
    package static func database() throws -> String {
        let server = try self.shared.withLock { shared in
            if let shared { return shared }
            let server = try RedisServer()
            shared = server
            return server
        }
        let number = Self.used.add(1, ordering: .relaxed).newValue
        precondition(number < Self.databases, "more than \(Self.databases) tests want a Redis database of their own")
        return server.url(database: number)
    }

    /// The URL of one of its databases.
    package func url(database: Int = 0) -> String {
        self.server.withLock { $0.url(database: database) }
    }

    /// Stops the process: connections stay open, and nothing answers.
    package func freeze() {
        self.server.withLock { $0 }.child.signal(SIGSTOP)
    }

    /// Lets a frozen server go on.
    package func thaw() {
        self.server.withLock { $0 }.child.signal(SIGCONT)
    }

    /// Kills the process, as a crash does.
    package func kill() {
        let child = self.server.withLock { $0 }.child
        child.signal(SIGKILL)
        _ = child.wait(.seconds(10))
    }

    /// Starts it again, empty, at the same URL after `kill` or `stop`.
    package func restart() throws {
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
}
