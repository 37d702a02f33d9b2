import Glibc

/// A PostgreSQL server of one's own, in a folder, reachable only by a Unix socket.
///
/// When its starter dies, however it dies, the kernel sends it SIGINT: a fast and clean shutdown. Any thread may call
/// it. Dropping the object frees the folder's lock but leaves the server running: call `stop`.
package final class PrivatePostgres: Sendable {
    /// What a server is for.
    package enum Durability: Sendable {
        /// A commit is on the disk when it returns.
        case durable
        /// Nothing is flushed: quick, for tests; the data may be lost with the machine.
        case none
    }

    /// The server's main process; readable by a supervisor that restarts it.
    package let child: ChildProcess
    /// The folder of its socket.
    package let socketFolder: String
    private let folder: ServerFolder
    private let settings: [(name: String, value: String)]
    private let deathSignal: Int32
    private let patience: Duration

    /// Makes the database cluster where it is missing, ends a server that was left behind, starts and waits.
    ///
    /// Blocks up to `patience` for initdb and as long again for the start (recovery after a crash included).
    package convenience init(
        folder path: String,
        durability: Durability = .durable,
        connections: Int = 60,
        deathSignal: Int32 = SIGINT,
        patience: Duration = .seconds(60)
    ) throws(PrivateServerError) {
        let user = SystemUser.forServers()
        if geteuid() == 0, user == nil {
            throw PrivateServerError("PostgreSQL refuses root, and there is no user postgres or nobody to run it as")
        }
        let settings = Self.settings(durability, connections)
        try self.init(ServerFolder(path, user: user), settings, deathSignal, patience)
    }

    /// Starts a server again that has ended, in the same folder, without giving up the folder's lock.
    ///
    /// Blocks and throws as the initializer does.
    package func restarted() throws(PrivateServerError) -> PrivatePostgres {
        try PrivatePostgres(self.folder, self.settings, self.deathSignal, self.patience)
    }

    private init(
        _ folder: ServerFolder,
        _ settings: [(name: String, value: String)],
        _ deathSignal: Int32,
        _ patience: Duration
    ) throws(PrivateServerError) {
        let programs = try PostgresPrograms()
        self.folder = folder
        self.settings = settings
        self.deathSignal = deathSignal
        self.patience = patience
        try folder.endOrphan([SIGINT, SIGQUIT], patience: .seconds(10))
        let data = "\(folder.path)/data"
        if unsafe access("\(data)/PG_VERSION", F_OK) != 0 {
            try Self.initialize(programs, folder, settings, patience)
        }
        self.socketFolder = try folder.socketFolder(for: ".s.PGSQL.5432.lock")
        unsafe unlink("\(folder.path)/log")
        var command = ChildCommand(programs.postgres, ["-D", data])
        for (name, value) in settings + [("unix_socket_directories", self.socketFolder)] {
            command.arguments += ["-c", "\(name)=\(value)"]
        }
        command.directory = folder.path
        command.output = .file("\(folder.path)/log")
        command.error = command.output
        command.ownGroup = true
        command.deathSignal = deathSignal
        command.user = folder.user
        self.child = try folder.start(command)
        folder.record(self.child.id)
        try self.waitUntilReady(data, patience)
    }

    /// The URL of a database of this server.
    package func url(database: String = "postgres") -> String {
        let host = self.socketFolder.utf8.map { byte in
            byte == UInt8(ascii: "/") ? "%2F" : Self.percentEncoded(byte)
        }
        return "postgresql://apus@\(host.joined())/\(database)"
    }

    /// Shuts the server down: cleanly within `patience`, then at once (it recovers at the next start).
    package func stop(patience: Duration = .seconds(10)) {
        _ = self.child.end([SIGINT, SIGQUIT], patience: patience)
        self.folder.removeSocketFolder(self.socketFolder)
    }

    private static func percentEncoded(_ byte: UInt8) -> String {
        let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8
        if plain.contains(byte) { return String(UnicodeScalar(byte)) }
        return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// Makes the cluster beside its place and moves it there, so that a half-made one is never started.
    private static func initialize(
        _ programs: PostgresPrograms,
        _ folder: ServerFolder,
        _ settings: [(name: String, value: String)],
        _ patience: Duration
    ) throws(PrivateServerError) {
        let half = "\(folder.path)/data.new"
        var remove = ChildCommand("/bin/rm", ["-rf", half])
        remove.error = .discarded
        var command = ChildCommand(
            programs.initdb,
            ["-D", half, "-U", "apus", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
        )
        // What the server is told about flushing holds here as well.
        if settings.contains(where: { $0 == ("fsync", "off") }) { command.arguments.append("--no-sync") }
        command.directory = folder.path
        command.output = .file("\(folder.path)/log")
        command.error = command.output
        command.user = folder.user
        _ = try folder.start(remove).wait(patience)
        let initdb = try folder.start(command)
        guard (initdb.wait(patience) ?? initdb.end(patience: .zero)) == .status(0) else {
            throw PrivateServerError("initdb failed in \(folder.path): \(folder.logTail())")
        }
        guard unsafe rename(half, "\(folder.path)/data") == 0 else {
            throw PrivateServerError("cannot move the new cluster to \(folder.path)/data: \(lastFailure())")
        }
    }

    private static func settings(
        _ durability: Durability,
        _ connections: Int
    ) -> [(name: String, value: String)] {
        let flush = durability == .durable ? "on" : "off"
        return [
            ("listen_addresses", ""),
            ("port", "5432"),
            ("unix_socket_permissions", "0700"),
            ("max_connections", String(connections)),
            ("shared_buffers", "64MB"),
            ("work_mem", "8MB"),
            ("wal_level", "minimal"),
            ("max_wal_senders", "0"),
            ("max_wal_size", "512MB"),
            ("max_worker_processes", "4"),
            ("max_parallel_workers_per_gather", "0"),
            ("fsync", flush),
            ("synchronous_commit", flush),
            ("full_page_writes", flush),
            ("jit", "off"),
            ("logging_collector", "off"),
            ("log_line_prefix", "%m [%p] "),
            ("timezone", "UTC"),
        ]
    }

    /// Ready is what the server itself writes into its pid file, as `pg_ctl` reads it.
    private func waitUntilReady(_ data: String, _ patience: Duration) throws(PrivateServerError) {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            let note = readFile("\(data)/postmaster.pid") ?? ""
            let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
            if lines.count > 7, lines[0] == "\(self.child.id)", lines[7].hasPrefix("ready") { return }
            if let exit = self.child.wait(.milliseconds(5)) {
                throw PrivateServerError("PostgreSQL ended at its start (\(exit)): \(self.folder.logTail())")
            }
        }
        self.stop(patience: .seconds(1))
        throw PrivateServerError("PostgreSQL was not ready in \(patience): \(self.folder.logTail())")
    }
}
