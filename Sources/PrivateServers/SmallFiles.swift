import Glibc

/// The text of a small file; nil when it can't be read.
func readFile(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
        let count = unsafe read(descriptor, &chunk, chunk.count)
        guard count >= 0 else { return nil }
        guard count > 0 else { break }
        bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Replaces a small file as a whole.
func writeFile(_ path: String, _ text: String) {
    let descriptor = unsafe open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let bytes = Array(text.utf8)
    let count = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
    if count == bytes.count { unsafe rename(path + ".new", path) }
}

/// What the last failed call of the C library said.
func lastFailure() -> String {
    unsafe String(cString: strerror(errno))
}

/// Lets a moment pass between two looks at something that can only be asked.
func pause(milliseconds: Int) {
    usleep(UInt32(milliseconds) * 1000)
}

/// The first of the folders of PATH, or of `more`, that holds this program.
func findProgram(_ name: String, more: [String] = []) -> String? {
    let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
    let folders = more + path.split(separator: ":").map(String.init)
    return folders.map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
}
