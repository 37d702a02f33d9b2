import Glibc

/// A Redis server of one's own, in a folder, reachable only by a Unix socket and holding nothing beyond its life.
///
/// The kernel kills it when its starter dies. Any thread may call it. Dropping the object closes the folder's lock but
/// leaves the server running: call `stop`.
package final class PrivateRedis: Sendable {
    /// The server's process.
    package let child: ChildProcess
    /// The path of its socket.
    package let socket: String
    private let folder: ServerFolder
    private let settings: [(name: String, value: String)]
    private let patience: Duration

    /// Ends a server that was left behind in the folder, starts one and waits until it answers, at most `patience`.
    ///
    /// `memory` in bytes bounds its data; at the limit writes are refused (`noeviction`).
    package convenience init(
        folder path: String,
        memory: Int = 256 << 20,
        databases: Int = 16,
        patience: Duration = .seconds(20)
    ) throws(PrivateServerError) {
        let settings = Self.settings(memory, databases)
        try self.init(ServerFolder(path, user: SystemUser.forServers()), settings, patience)
    }

    /// Starts a server again that has ended, in the same folder, without giving up the folder's lock.
    ///
    /// Blocks and throws as the initializer does.
    package func restarted() throws(PrivateServerError) -> PrivateRedis {
        try PrivateRedis(self.folder, self.settings, self.patience)
    }

    private init(
        _ folder: ServerFolder,
        _ settings: [(name: String, value: String)],
        _ patience: Duration
    ) throws(PrivateServerError) {
        self.folder = folder
        self.settings = settings
        self.patience = patience
        guard let program = findProgram("redis-server") else {
            throw PrivateServerError(
                "redis-server is not on the PATH: install it (Debian: apt install redis-server), or set REDIS_URL"
            )
        }
        try folder.endOrphan([SIGTERM], patience: .seconds(5))
        self.socket = try folder.socketFolder(for: "redis.sock") + "/redis.sock"
        unsafe unlink("\(folder.path)/log")
        unsafe unlink(self.socket)
        var command = ChildCommand(program)
        for (name, value) in settings + [("unixsocket", self.socket), ("dir", folder.path)] {
            command.arguments += ["--\(name)", value]
        }
        command.directory = folder.path
        command.output = .file("\(folder.path)/log")
        command.error = command.output
        command.ownGroup = true
        command.user = folder.user
        self.child = try folder.start(command)
        folder.record(self.child.id)
        try self.waitUntilReady(patience)
    }

    /// The URL of one of its databases, 0 … `databases` − 1.
    package func url(database: Int = 0) -> String {
        "unix://\(self.socket)?db=\(database)"
    }

    /// Shuts the server down, at the latest after `patience`.
    package func stop(patience: Duration = .seconds(5)) {
        _ = self.child.end([SIGTERM], patience: patience)
        self.folder.removeSocketFolder(String(self.socket.dropLast("/redis.sock".count)))
    }

    private static func settings(
        _ memory: Int,
        _ databases: Int
    ) -> [(name: String, value: String)] {
        [
            ("port", "0"),
            ("unixsocketperm", "700"),
            ("save", ""),
            ("appendonly", "no"),
            ("daemonize", "no"),
            ("maxmemory", String(memory)),
            ("maxmemory-policy", "noeviction"),
            ("databases", String(databases)),
        ]
    }

    private func waitUntilReady(_ patience: Duration) throws(PrivateServerError) {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            if unixServerAnswers(self.socket, "PING\r\n", "+PONG", .seconds(1)) { return }
            if let exit = self.child.wait(.milliseconds(5)) {
                throw PrivateServerError("redis-server ended at its start (\(exit)): \(self.folder.logTail())")
            }
        }
        self.stop(patience: .seconds(1))
        throw PrivateServerError("redis-server was not ready in \(patience): \(self.folder.logTail())")
    }
}
