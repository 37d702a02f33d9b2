import Glibc

/// The children of a process that run now.
package func processes(under parent: Int32) -> [Int32] {
    guard let handle = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(handle) }
    var children: [Int32] = []
    while let entry = unsafe readdir(handle) {
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let id = Int32(name), parentID(of: id) == parent else { continue }
        children.append(id)
    }
    return children
}

/// The fourth field of `/proc/<pid>/stat`; nil when the process is gone.
private func parentID(of id: Int32) -> Int32? {
    let descriptor = unsafe open("/proc/\(id)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    return fields.count > 1 ? Int32(fields[1]) : nil
}
