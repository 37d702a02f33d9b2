import Glibc
import Service

/// The processes that descend from one.
func processTree(under root: Int32) -> [(id: Int32, parent: Int32, name: String)] {
    guard let handle = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(handle) }
    var all: [(id: Int32, parent: Int32, name: String)] = []
    while let entry = unsafe readdir(handle) {
        let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let id = Int32(file), let text = readText(path: "/proc/\(id)/stat"), let open = text.firstIndex(of: "("),
            let end = text.lastIndex(of: ")")
        else { continue }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 2, let parent = Int32(fields[2]) else { continue }
        all.append((id, parent, String(text[text.index(after: open)..<end])))
    }
    var found: [(id: Int32, parent: Int32, name: String)] = []
    var parents: Set<Int32> = [root]
    while true {
        let next = all.filter { process in
            parents.contains(process.parent) && !found.contains { $0.id == process.id }
        }
        if next.isEmpty { return found }
        found += next
        parents.formUnion(next.map(\.id))
    }
}
