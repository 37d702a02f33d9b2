import Glibc

/// One measurement.
protocol Bench: Sendable {
    /// How it is called on the command line.
    static var name: String { get }

    /// Measures and prints; what it starts it ends.
    func run(in folder: BenchFolder) throws
}

/// Measures Apus against its floors; `scripts/bench` builds everything and starts it.
@main
struct Main {
    private static let benches: [any Bench] = [
        CheckBench(), MonitorsBench(), DrainBench(), GatewayBench(), SearchBench(), AlertBench(),
        ScheduleBench(isFull: CommandLine.arguments.contains("--full")),
    ]

    static func main() {
        let wanted = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
        let names = benches.map { type(of: $0).name }
        guard !wanted.isEmpty, wanted.allSatisfy({ $0 == "all" || names.contains($0) }) else {
            print("usage: bench \(names.joined(separator: "|"))|all … [--full]")
            exit(64)
        }
        signal(SIGPIPE, SIG_IGN)
        Report.machine()
        var failed = false
        for bench in benches where wanted.contains("all") || wanted.contains(type(of: bench).name) {
            do {
                let folder = try BenchFolder()
                defer { folder.remove() }
                try bench.run(in: folder)
            } catch {
                print("  FAILED: \(error)")
                failed = true
            }
        }
        exit(failed ? 1 : 0)
    }
}
