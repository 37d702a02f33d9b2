import Glibc
import Service

/// The folder in which the programs of Apus lie beside each other.
struct ProgramFolder: Sendable {
    /// Absolute.
    let path: String

    /// The folder of the running program; throws when one that is needed is missing in it.
    init(needing programs: Set<String>) throws(VerbError) {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? ""
        let missing = programs.filter { unsafe access("\(folder)/\($0)", X_OK) != 0 }.sorted()
        guard missing.isEmpty else {
            throw VerbError(
                "the programs \(missing.joined(separator: ", ")) are not beside apus in \(folder)",
                hint: "Build them with 'swift build', or install them into the same folder.",
                code: ExitCode.unavailable
            )
        }
        self.path = folder
    }
}
