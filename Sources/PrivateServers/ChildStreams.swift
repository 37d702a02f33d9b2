import CLinux
import Glibc

/// The descriptors that connect a child's streams; the child's sides are closed once it runs.
struct ChildStreams {
    let input: Int32
    let output: Int32
    let error: Int32
    let parentOutput: Int32?
    let parentError: Int32?
    private let owned: [Int32]

    init(_ command: ChildCommand) throws(ChildProcessError) {
        var owned: [Int32] = []
        var parents: [Int32] = []
        do throws(ChildProcessError) {
            self.input = try Self.open("/dev/null", O_RDONLY, &owned)
            (self.output, self.parentOutput) = try Self.connect(command.output, 1, &owned, &parents)
            (self.error, self.parentError) = try Self.connect(command.error, 2, &owned, &parents)
        } catch {
            for descriptor in owned + parents { close(descriptor) }
            throw error
        }
        self.owned = owned
    }

    func closeChildSides() {
        for descriptor in self.owned { close(descriptor) }
    }

    func closeParentSides() {
        for descriptor in [self.parentOutput, self.parentError] {
            if let descriptor { close(descriptor) }
        }
    }

    private static func open(
        _ path: String,
        _ flags: Int32,
        _ owned: inout [Int32]
    ) throws(ChildProcessError) -> Int32 {
        let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ChildProcessError(path: path, code: errno) }
        owned.append(descriptor)
        return descriptor
    }

    private static func connect(
        _ stream: ChildCommand.Stream,
        _ inherited: Int32,
        _ owned: inout [Int32],
        _ parents: inout [Int32]
    ) throws(ChildProcessError) -> (child: Int32, parent: Int32?) {
        switch stream {
        case .inherited: return (inherited, nil)
        case .discarded: return (try Self.open("/dev/null", O_WRONLY, &owned), nil)
        case .file(let path): return (try Self.open(path, O_WRONLY | O_CREAT | O_APPEND, &owned), nil)
        case .pipe:
            var ends: [Int32] = [-1, -1]
            guard unsafe linux_pipe(&ends) == 0 else { throw ChildProcessError(path: "a pipe", code: errno) }
            parents.append(ends[0])
            owned.append(ends[1])
            return (ends[1], ends[0])
        }
    }
}
