import Glibc

/// The variables of this process's environment; one without `=` is left out, the first of two of one name counts.
package func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
        let line = unsafe String(cString: text)
        if let equals = line.firstIndex(of: "="), equals != line.startIndex {
            let name = String(line[..<equals])
            if variables[name] == nil { variables[name] = String(line[line.index(after: equals)...]) }
        }
        unsafe entry += 1
    }
    return variables
}

/// A file's text, at most 1 MiB; nil when it can't be read, is larger or is not UTF-8.
package func readText(path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while bytes.count <= 1 << 20 {
        let count = unsafe read(descriptor, &chunk, chunk.count)
        if count == 0 { return String(validating: bytes, as: UTF8.self) }
        if count < 0 {
            if errno == EINTR { continue }
            return nil
        }
        bytes.append(contentsOf: chunk[..<count])
    }
    return nil
}
