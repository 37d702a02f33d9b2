import Glibc

/// Reads the files of the dashboard from the disk.
enum WebFolder {
    /// Why a folder can't be served.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// A file that is larger belongs to something else.
    private static let sizeLimit = 4 << 20

    /// Every file below a folder that a browser may ask for, by its path in it.
    ///
    /// - Throws: ``Problem`` where the folder or a file in it can't be read.
    static func read(_ folder: String) throws(Problem) -> [String: WebFile] {
        var files: [String: WebFile] = [:]
        try Self.read(folder, prefix: "", into: &files)
        return files
    }

    /// Those of these files that a folder has, by their names; the others are left out.
    static func read(_ folder: String, names: [String]) -> [String: WebFile] {
        var files: [String: WebFile] = [:]
        for name in names {
            guard let type = WebFile.contentType(of: name), let bytes = try? Self.bytes("\(folder)/\(name)") else {
                continue
            }
            files[name] = WebFile(contentType: type, content: bytes)
        }
        return files
    }

    /// Where files lie when nobody says so: installed beside the programs under `share/apus`, or in the checkout around
    /// `.build`.
    static func `default`(installed: String, checkout: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let program = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let parts = program.split(separator: "/").map(String.init)
        if let build = parts.lastIndex(of: ".build") {
            return "/" + (parts[..<build] + [checkout]).joined(separator: "/")
        }
        return "/" + (parts.dropLast(2) + ["share", "apus", installed]).joined(separator: "/")
    }

    private static func read(
        _ folder: String,
        prefix: String,
        into files: inout [String: WebFile]
    ) throws(Problem) {
        guard let handle = unsafe opendir(folder) else { throw Self.problem(folder) }
        defer { unsafe closedir(handle) }
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            let path = "\(folder)/\(name)"
            var about = stat()
            guard unsafe stat(path, &about) == 0 else { throw Self.problem(path) }
            if about.st_mode & S_IFMT == S_IFDIR {
                try Self.read(path, prefix: "\(prefix)\(name)/", into: &files)
            } else if let type = WebFile.contentType(of: name) {
                files[prefix + name] = WebFile(contentType: type, content: try Self.bytes(path))
            }
        }
    }

    /// The bytes of a file.
    static func bytes(_ path: String) throws(Problem) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.problem(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= Self.sizeLimit {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 || errno == EINTR else { throw Self.problem(path) }
            bytes.append(contentsOf: chunk[..<max(0, count)])
        }
        throw Problem(description: "\(path) has more than \(Self.sizeLimit) bytes")
    }

    private static func problem(_ path: String) -> Problem {
        unsafe Problem(description: "\(path) can't be read: \(String(cString: strerror(errno)))")
    }
}
