import Glibc
import PrivateServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChildProcessTests {
    private func shell(_ script: String) -> ChildCommand { ChildCommand("/bin/sh", ["-c", script]) }

    private func readAll(_ descriptor: Int32?) -> String {
        guard let descriptor else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    @Test func `the way a child ended is known`() throws {
        #expect(try ChildProcess(self.shell("exit 7")).wait(.seconds(10)) == .status(7))
        #expect(try ChildProcess(self.shell("kill -9 $$")).wait(.seconds(10)) == .signal(SIGKILL))
        let error = #expect(throws: ChildProcessError.self) { try ChildProcess(ChildCommand("/nonexistent")) }
        #expect(error?.code == ENOENT)
    }

    @Test func `pipes, environment and folder reach the child`() throws {
        var command = self.shell("echo $NAME; pwd; echo problem >&2")
        command.environment = ["NAME": "value"]
        command.directory = "/usr"
        command.output = .pipe
        command.error = .pipe
        let child = try ChildProcess(command)
        #expect(self.readAll(child.output) == "value\n/usr\n")
        #expect(self.readAll(child.error) == "problem\n")
        #expect(child.wait(.seconds(10)) == .status(0))
    }

    @Test func `a child that ignores the request is killed after patience`() throws {
        var command = self.shell("trap '' TERM; echo ready; while :; do sleep 1; done")
        command.output = .pipe
        command.ownGroup = true
        let child = try ChildProcess(command)
        var byte: UInt8 = 0
        #expect(unsafe read(try #require(child.output), &byte, 1) == 1)
        #expect(child.wait(.milliseconds(20)) == nil)
        #expect(child.end(patience: .milliseconds(50)) == .signal(SIGKILL))
        #expect(!child.signal(SIGTERM))
        if let output = child.output { close(output) }
    }
}
