import Glibc
import PrivateServers
import Service

/// A program that a bench starts, watches from outside through /proc, and ends.
final class MeasuredProcess {
    let name: String
    /// Where its output went.
    let log: String
    private let child: ChildProcess
    private static let tick = 1_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))

    /// Starts it; `environment` is all that it has beside PATH.
    init(
        _ name: String,
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        in folder: BenchFolder
    ) throws(BenchError) {
        self.name = name
        self.log = "\(folder.path)/\(name).log"
        var command = ChildCommand(program, arguments)
        command.environment = environment.merging(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]) { own, _ in own }
        command.directory = folder.path
        command.output = .file(self.log)
        command.error = .file(self.log)
        do throws(ChildProcessError) {
            self.child = try ChildProcess(command)
        } catch {
            throw BenchError(error.description)
        }
    }

    /// Its process id.
    var id: Int32 { self.child.id }

    /// What it has used of the processors, in microseconds, in steps of 10 ms.
    var cpu: Int64 { Self.cpu(of: self.child.id) }

    /// The same with what its children have used.
    var cpuOfFamily: Int64 {
        processTree(under: self.id).reduce(self.cpu) { $0 + Self.cpu(of: $1.id) }
    }

    /// What nobody else has of its memory, in bytes: the pages that it wrote to.
    var privateMemory: Int64 {
        let text = readText(path: "/proc/\(self.id)/smaps_rollup") ?? ""
        return text.split(separator: "\n").filter { $0.hasPrefix("Private_Dirty:") || $0.hasPrefix("Swap:") }
            .reduce(0) { $0 + ($1.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0) * 1024 }
    }

    /// What it holds in memory now, in bytes.
    var memory: Int64 { Self.memory(of: self.child.id) }

    /// The processor time of any process, in microseconds; 0 when it is gone.
    static func cpu(of id: Int32) -> Int64 {
        guard let text = readText(path: "/proc/\(id)/stat"), let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Int64(fields[12]), let system = Int64(fields[13]) else { return 0 }
        return (user + system) * Self.tick
    }

    /// The resident memory of any process, in bytes; 0 when it is gone.
    static func memory(of id: Int32) -> Int64 {
        guard let text = readText(path: "/proc/\(id)/status") else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0) * 1024
    }

    /// The first word after `mark` in its output, waited for.
    func announced(after mark: String, seconds: Int = 30) throws(BenchError) -> String {
        let deadline = MonotonicClock.millis + Int64(seconds) * 1_000
        while true {
            let text = readText(path: self.log) ?? ""
            if let start = text.end(of: mark) {
                let word = text[start...].prefix { !$0.isWhitespace && $0 != "\"" && $0 != "," }
                if word.endIndex != text.endIndex { return String(word) }
            }
            guard self.child.exit == nil else {
                throw BenchError("\(self.name) ended: \(text.suffix(2_000))")
            }
            guard MonotonicClock.millis < deadline else {
                throw BenchError("\(self.name) did not say '\(mark)' in \(seconds) s: \(text.suffix(2_000))")
            }
            usleep(5_000)
        }
    }

    /// Waits for its end and returns what it printed.
    func output(seconds: Int) throws(BenchError) -> String {
        guard self.child.wait(.seconds(seconds)) == .status(0) else {
            self.end()
            throw BenchError("\(self.name) failed: \(readText(path: self.log) ?? "")")
        }
        let text = readText(path: self.log) ?? ""
        unsafe unlink(self.log)
        return text
    }

    /// Ends it, at the latest after 15 seconds.
    func end() {
        _ = self.child.end(patience: .seconds(15))
    }
}

extension String {
    /// Where the first occurrence of `mark` ends.
    fileprivate func end(of mark: String) -> Index? {
        self.utf8.indices.first { self.utf8[$0...].starts(with: mark.utf8) }
            .map { self.utf8.index($0, offsetBy: mark.utf8.count) }
    }
}
