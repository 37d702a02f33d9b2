import Crypto
import Glibc
import Service

/// The folder that holds all that `apus up` keeps; one process at a time may use it.
///
/// The lock is the kernel's (`flock`), so it is free again however its holder died.
final class DataFolder: Sendable {
    /// The folder, absolute and without symbolic links.
    let path: String
    private let lock: Int32

    /// Makes the folder where it is missing and takes its lock.
    ///
    /// It and every file in it belong to this user alone.
    init(_ path: String) throws(VerbError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Self.error("the data folder \(path) can't be made")
        }
        guard unsafe chmod(path, 0o700) == 0, let resolved = unsafe realpath(path, nil) else {
            throw Self.error("the data folder \(path) can't be used")
        }
        defer { unsafe free(resolved) }
        self.path = unsafe String(cString: resolved)
        self.lock = unsafe open("\(self.path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.lock >= 0 else { throw Self.error("\(path)/lock can't be opened") }
        guard flock(self.lock, LOCK_EX | LOCK_NB) == 0 else {
            close(self.lock)
            throw VerbError(
                "another 'apus up' runs on the data folder \(path)",
                hint: "Stop it first, or give this one a folder of its own with --data.",
                code: ExitCode.unavailable
            )
        }
    }

    deinit {
        close(self.lock)
    }

    /// A file's first line; nil when it does not exist or is empty.
    func line(of file: String) -> String? {
        readText(path: "\(self.path)/\(file)")?.split(whereSeparator: \.isNewline).first.map(String.init)
    }

    /// Writes a file that only this user may read, whole or not at all.
    func write(_ text: String, to file: String) throws(VerbError) {
        let path = "\(self.path)/\(file)"
        let temporary = path + ".new"
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error("\(path) can't be written") }
        let bytes = Array(text.utf8)
        let isWhole = unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWhole, unsafe rename(temporary, path) == 0 else { throw Self.error("\(path) can't be written") }
    }

    /// Removes a file; its absence is no fault.
    func remove(_ file: String) {
        unsafe unlink("\(self.path)/\(file)")
    }

    /// The key that seals secrets, made at the first start.
    func secretKey() throws(VerbError) -> Secret {
        if let known = self.line(of: "secret-key") { return Secret(known) }
        let key = Base64.encode(SecureRandom.bytes(32))
        try self.write(key + "\n", to: "secret-key")
        return Secret(key)
    }

    /// The first administrator's API key and whether it was made just now.
    func adminKey() throws(VerbError) -> (key: Secret, isNew: Bool) {
        if let known = self.line(of: "admin-key") { return (Secret(known), false) }
        let key = "apus_" + Base64.encodeURL(SecureRandom.bytes(24))
        try self.write(key + "\n", to: "admin-key")
        return (Secret(key), true)
    }

    private static func error(_ what: String) -> VerbError {
        let cause = unsafe String(cString: strerror(errno))
        return VerbError("\(what): \(cause)", hint: "Choose another with --data.", code: ExitCode.unavailable)
    }
}
