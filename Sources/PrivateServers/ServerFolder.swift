import CLinux
import Glibc

/// The folder of one private server: locked by whoever runs it, with a note of which process serves it.
///
/// The lock is the kernel's (`flock`), so it is free again however its holder died.
final class ServerFolder: Sendable {
    let path: String
    let user: SystemUser?
    private let lock: Int32

    /// Makes the folder (mode 0700) where it is missing, and takes its lock.
    init(_ path: String, user: SystemUser?) throws(PrivateServerError) {
        try Self.make(path, user: user)
        guard let canonical = unsafe realpath(path, nil) else {
            throw PrivateServerError("cannot resolve the folder \(path): \(lastFailure())")
        }
        defer { unsafe free(canonical) }
        self.path = unsafe String(cString: canonical)
        self.user = user
        self.lock = unsafe open("\(self.path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.lock >= 0 else { throw PrivateServerError("cannot open \(path)/lock: \(lastFailure())") }
        guard flock(self.lock, LOCK_EX | LOCK_NB) == 0 else {
            close(self.lock)
            throw PrivateServerError("another process uses the folder \(path): stop it, or name another folder")
        }
    }

    deinit {
        close(self.lock)
    }

    /// Makes a folder of mode 0700 that belongs to the user; its parents as well, which belong to this process.
    private static func make(_ path: String, user: SystemUser?) throws(PrivateServerError) {
        let parts = path.split(separator: "/")
        for count in stride(from: 1, through: parts.count, by: 1) {
            let folder = (path.hasPrefix("/") ? "/" : "") + parts.prefix(count).joined(separator: "/")
            let made = unsafe mkdir(folder, count == parts.count ? 0o700 : 0o755)
            guard made == 0 || errno == EEXIST || errno == EROFS || errno == EACCES else {
                throw PrivateServerError("cannot make the folder \(folder): \(lastFailure())")
            }
        }
        guard let user else { return }
        guard unsafe chown(path, user.id, user.group) == 0 else {
            throw PrivateServerError("cannot give the folder \(path) to the user \(user.name): \(lastFailure())")
        }
    }

    /// A folder for the server's socket, so that `<folder>/<name>` fits into a socket address (107 bytes).
    ///
    /// It is the server's own, or, where that path is too long, one under `/tmp` that nobody else can enter.
    func socketFolder(for name: String) throws(PrivateServerError) -> String {
        if self.path.utf8.count + 1 + name.utf8.count <= 107 { return self.path }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in self.path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let folder = "/tmp/apus-\(geteuid())-\(String(hash, radix: 36))"
        try Self.make(folder, user: self.user)
        var status = stat()
        let owner = self.user?.id ?? geteuid()
        guard unsafe lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == owner,
            status.st_mode & 0o077 == 0
        else {
            throw PrivateServerError("\(folder) is not a private folder of this user: remove it, or use a shorter path")
        }
        return folder
    }

    /// Removes the folder of the socket after a clean end, where it is not the server's own.
    func removeSocketFolder(_ folder: String) {
        if folder != self.path { unsafe rmdir(folder) }
    }

    /// Notes which process serves this folder.
    func record(_ id: Int32) {
        guard let identity = ProcessIdentity(id) else { return }
        writeFile("\(self.path)/server.pid", identity.text)
    }

    /// Ends a server that an earlier holder left running, known by pid, start time and boot; never by name.
    func endOrphan(_ signals: [Int32], patience: Duration) throws(PrivateServerError) {
        let note = "\(self.path)/server.pid"
        guard let text = readFile(note), let identity = ProcessIdentity(text: text) else { return }
        for number in signals + [SIGKILL] {
            guard identity.isRunning else { break }
            kill(identity.id, number)
            let end = ContinuousClock.now + patience
            while identity.isRunning, ContinuousClock.now < end { pause(milliseconds: 5) }
        }
        guard !identity.isRunning else {
            throw PrivateServerError(
                "process \(identity.id), left from before, serves \(self.path) and cannot be ended"
            )
        }
        unsafe unlink(note)
    }

    /// Starts a program for this folder.
    func start(_ command: ChildCommand) throws(PrivateServerError) -> ChildProcess {
        do throws(ChildProcessError) {
            return try ChildProcess(command)
        } catch {
            throw PrivateServerError(error.description)
        }
    }

    /// The end of the server's log, for an error.
    func logTail() -> String {
        let lines = (readFile("\(self.path)/log") ?? "").split(separator: "\n")
        return lines.suffix(5).joined(separator: " | ")
    }
}
