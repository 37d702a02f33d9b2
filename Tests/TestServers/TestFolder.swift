import CLinux
import Glibc
import PrivateServers
import Synchronization

/// Folders under `/tmp` that live as long as this test process.
package enum TestFolder {
    /// A new empty folder; removed when the process exits, or by a later one when it was killed.
    package static func make(_ purpose: String) -> String {
        Self.prepare()
        var template = Array("\(Self.prefix)\(getpid())-\(purpose)-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { fatalError("cannot make a folder in /tmp") }
        // Servers run as another user when the tests run as root.
        unsafe chmod(&template, 0o755)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static let prefix = "/tmp/apus-tests-"
    private static let prepared = Mutex(false)

    private static func prepare() {
        self.prepared.withLock { prepared in
            guard !prepared else { return }
            prepared = true
            self.remove { $0 != getpid() && kill($0, 0) != 0 && errno == ESRCH }
            atexit(removeFolders)
        }
    }

    /// Removes the folders of the processes for which `isOver` is true.
    fileprivate static func remove(_ isOver: (Int32) -> Bool) {
        guard let handle = unsafe opendir("/tmp") else { return }
        defer { unsafe closedir(handle) }
        let name = "apus-tests-"
        var folders: [String] = []
        while let entry = unsafe readdir(handle) {
            let found = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard found.hasPrefix(name), let id = Int32(found.dropFirst(name.count).prefix { $0 != "-" }), isOver(id)
            else { continue }
            folders.append("/tmp/\(found)")
        }
        guard !folders.isEmpty, let remove = try? ChildProcess(ChildCommand("/bin/rm", ["-rf"] + folders))
        else { return }
        _ = remove.wait(.seconds(10))
    }
}

/// Runs at exit: servers first, then their folders.
private func removeFolders() {
    TestFolder.stopAll()
    TestFolder.remove { $0 == getpid() }
}

extension TestFolder {
    private static let stops = Mutex<[@Sendable () -> Void]>([])

    /// Has `stop` called when the process exits, before the folders are removed.
    static func atExit(_ stop: @escaping @Sendable () -> Void) {
        self.stops.withLock { $0.append(stop) }
    }

    fileprivate static func stopAll() {
        for stop in self.stops.withLock({ $0 }) { stop() }
    }
}
