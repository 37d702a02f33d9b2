import Glibc
import PrivateServers
import Service
import TestServers
import Testing

@testable import Apus

/// `apus up` as a real process, with real stores and stand-ins for the four processes.
@Suite(.timeLimit(.minutes(1)), .serialized) struct UpTests {
    @Test func `it starts, restarts what dies, survives its own death and ends in order`() throws {
        let up = try Installation()
        var running = try up.start("--region", "eu", "--region", "eu")
        #expect(up.waits { $0.contains("Apus is up: http://127.0.0.1:") })
        let key = try #require(up.read(".apus/admin-key")?.split(separator: "\n").first)
        #expect(up.log.contains("shown this once: \(key)"))
        let variables = EnvironmentFile.variables(try #require(up.read(".apus/env")))
        #expect(variables["APUS_ADMIN_KEY"] == String(key))
        #expect(variables["APUS_WITHOUT_GROUP"] == nil)
        #expect(variables["RESULTS_PARTITIONS"] == "8")
        #expect(up.waits { $0.contains("pinger-eu-2  ready") })

        let alerter = try #require(up.processes("alerter").first)
        kill(alerter, SIGKILL)
        #expect(up.waits { $0.contains("alerter was ended by SIGKILL; starting it again in") })
        #expect(eventually { up.processes("alerter").contains { $0 != alerter } })

        let orphans = up.allProcesses()
        #expect(orphans.count >= 7)
        running.signal(SIGKILL)
        _ = running.wait(.seconds(5))
        running = try up.start()
        #expect(up.waits { $0.contains("Apus is up: http://127.0.0.1:") })
        #expect(!up.log.contains("shown this once"))
        #expect(eventually { Set(orphans).isDisjoint(with: up.allProcesses()) })
        let started = MonotonicClock.millis
        running.signal(SIGINT)
        #expect(running.wait(.seconds(15)) == .status(0))
        #expect(MonotonicClock.millis - started < 10_000)
        #expect(eventually { up.allProcesses().isEmpty })
        #expect(up.read(".apus/env") == nil)
        let order = ["pinger-local", "gateway", "alerter", "processor"]
        let stops = up.log.split(separator: "\n").filter { $0.hasSuffix(" stopping") }.compactMap { line in
            order.firstIndex { line.contains(" \($0) ") }
        }
        #expect(stops == [0, 1, 2, 3])
    }

    @Test func `a process whose settings are wrong ends all, and is not started again and again`() throws {
        let up = try Installation()
        try up.replace("gateway", with: "#!/bin/sh\necho 'CORS_ORIGINS: expected origins'\nexit 78")
        let running = try up.start()
        #expect(running.wait(.seconds(30)) == .status(ExitCode.configuration))
        #expect(up.log.contains("CORS_ORIGINS: expected origins"))
        #expect(up.log.contains("gateway cannot run with these settings; its lines above say why"))
        #expect(!up.log.contains("Apus is up"))
        #expect(eventually { up.allProcesses().isEmpty })
    }

    @Test func `an address that is kept can be listened at by one at a time, again and again`() throws {
        let kept = try BoundSocket(HostAndPort(host: "127.0.0.1", port: 0))
        #expect(kept.address.port != 0)
        for _ in 0..<2 {
            let gateway = try BoundSocket(kept.address)
            try gateway.listen()
            #expect(throws: VerbError.self) { try BoundSocket(kept.address) }
            withExtendedLifetime(gateway) {}
        }
        withExtendedLifetime(kept) {}
    }

    @Test func `what is in the way is said in one sentence before anything starts`() throws {
        let up = try Installation()
        let busy = try BoundSocket(HostAndPort(host: "127.0.0.1", port: 0))
        try busy.listen()
        let process = try up.start("--listen", busy.address.description)
        #expect(process.wait(.seconds(20)) == .status(ExitCode.unavailable))
        #expect(
            up.log == "apus: the address \(busy.address) is already in use; choose another with --listen.\n"
        )
        let folder = try DataFolder(up.folder + "/.apus")
        let second = try up.start()
        #expect(second.wait(.seconds(20)) == .status(ExitCode.unavailable))
        #expect(up.log.hasPrefix("apus: another 'apus up' runs on the data folder .apus.\n"))
        withExtendedLifetime((busy, folder)) {}
    }
}

/// A folder with `apus` and programs that stand in for its children.
private final class Installation: Sendable {
    let folder: String

    init() throws {
        self.folder = TestFolder.make("up")
        var own = [CChar](repeating: 0, count: 4_096)
        _ = unsafe readlink("/proc/self/exe", &own, own.count - 1)
        let executable = String(decoding: own.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let products = String(executable[..<(try #require(executable.lastIndex(of: "/")))])
        try self.run("/bin/cp", try Self.find("apus", near: products), "\(self.folder)/apus")
        for program in ["gateway", "processor", "alerter", "pinger"] {
            try self.replace(program, with: Self.standIn)
        }
    }

    /// Puts a script in the place of a program.
    func replace(_ program: String, with script: String) throws {
        try self.run("/bin/sh", "-c", "cat > \(self.folder)/\(program) <<'END'\n\(script)\nEND")
        try self.run("/bin/chmod", "+x", "\(self.folder)/\(program)")
    }

    /// Starts `apus up` on a free port.
    func start(_ arguments: String...) throws -> ChildProcess {
        unsafe unlink("\(self.folder)/log")
        let listen = arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]
        var command = ChildCommand("\(self.folder)/apus", ["up"] + listen + arguments)
        command.directory = self.folder
        command.error = .file("\(self.folder)/log")
        return try ChildProcess(command)
    }

    var log: String { self.read("log") ?? "" }

    func read(_ file: String) -> String? { readText(path: "\(self.folder)/\(file)") }

    func waits(_ condition: (String) -> Bool) -> Bool { eventually { condition(self.log) } }

    /// The processes that run a program of this folder.
    func processes(_ program: String) -> [Int32] {
        self.allProcesses().filter { id in
            readText(path: "/proc/\(id)/comm") == program + "\n"
        }
    }

    /// Every process that has this folder on its command line.
    func allProcesses() -> [Int32] {
        guard let directory = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(directory) }
        var found: [Int32] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let id = Int32(name), let line = readText(path: "/proc/\(id)/cmdline") else { continue }
            if line.contains(self.folder + "/") && !line.contains("/apus\0up") { found.append(id) }
        }
        return found
    }

    private func run(_ program: String, _ arguments: String...) throws {
        #expect(try ChildProcess(ChildCommand(program, arguments)).wait(.seconds(20)) == .status(0))
    }

    private static func find(_ program: String, near folder: String) throws -> String {
        var folder = folder
        while !folder.isEmpty {
            for candidate in ["\(folder)/\(program)", "\(folder)/.build/debug/\(program)"]
            where unsafe access(candidate, X_OK) == 0 { return candidate }
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        throw VerbError("apus was not built", code: 1)
    }

    /// Says that it is ready, listens when it is the gateway, and says when it stops.
    private static let standIn = """
        #!/bin/bash
        echo ready
        trap 'echo stopping; kill $mock 2>/dev/null; exit 0' TERM
        if [ "$(basename "$0")" = gateway ]; then
            "$(dirname "$0")/apus" mock --listen "$GATEWAY_LISTEN" > /dev/null &
            mock=$!
            (while kill -0 $$ 2>/dev/null; do sleep 0.05; done; kill $mock) &
        fi
        while true; do sleep 0.05; done
        """
}
