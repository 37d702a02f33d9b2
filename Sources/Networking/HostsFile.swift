import Glibc

/// The names that the machine itself gives addresses to: `/etc/hosts`, read again when it has changed.
struct HostsFile {
    private let path: String
    private var modified = timespec()
    private var addresses: [String: [IPAddress]] = [:]
    private var lookedAt: Int64?

    init(path: String) {
        self.path = path
    }

    /// The addresses of `name`, which is in lower case; looks at the file at most every 5 s.
    mutating func addresses(of name: String, now: Int64) -> [IPAddress]? {
        if self.lookedAt.map({ now - $0 > 5_000_000 }) ?? true {
            self.lookedAt = now
            self.reload()
        }
        return self.addresses[name]
    }

    private mutating func reload() {
        var status = stat()
        guard unsafe stat(self.path, &status) == 0 else {
            self.addresses = [:]
            return
        }
        let known = self.modified
        guard known.tv_sec != status.st_mtim.tv_sec || known.tv_nsec != status.st_mtim.tv_nsec else { return }
        self.modified = status.st_mtim
        self.addresses = HostsFile.parse(HostsFile.read(self.path))
    }

    static func parse(_ text: String) -> [String: [IPAddress]] {
        var addresses: [String: [IPAddress]] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            guard let first = fields.first, let address = IPAddress(String(first)) else { continue }
            for name in fields.dropFirst() { addresses[name.lowercased(), default: []].append(address) }
        }
        return addresses
    }

    /// At most 1 MiB of the file.
    private static func read(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}
