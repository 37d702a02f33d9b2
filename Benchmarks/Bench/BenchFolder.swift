import Glibc
import PrivateServers

/// A folder under `/tmp` for one run, and the programs that are measured.
final class BenchFolder {
    /// Its path.
    let path: String
    /// Where this program, the processes of Apus and the programs in C lie.
    let programs: String

    init() throws(BenchError) {
        var template = Array("/tmp/apus-bench-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw BenchError("no folder can be made in /tmp") }
        // PostgreSQL runs as another user when this runs as root.
        unsafe chmod(&template, 0o755)
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let own = unsafe realpath("/proc/self/exe", nil) else { throw BenchError("/proc is not mounted") }
        defer { unsafe free(own) }
        let name = unsafe String(cString: own)
        self.programs = String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)])
    }

    /// Removes it with all that is in it.
    func remove() {
        let child = try? ChildProcess(ChildCommand("/bin/rm", ["-rf", self.path]))
        _ = child?.wait(.seconds(30))
    }

    /// Writes a file into it and returns its path.
    func write(_ name: String, _ text: String) throws(BenchError) -> String {
        let path = "\(self.path)/\(name)"
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw BenchError("\(path) can't be written") }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BenchError("\(path) can't be written") }
            bytes = bytes.dropFirst(count)
        }
        return path
    }
}
