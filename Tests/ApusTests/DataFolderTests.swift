import Glibc
import PrivateServers
import Service
import TestServers
import Testing

@testable import Apus

@Suite struct DataFolderTests {
    @Test func `the folder and its files are private`() throws {
        let path = TestFolder.make("data") + "/sub"
        let folder = try DataFolder(path)
        _ = try folder.adminKey()
        _ = try folder.secretKey()
        #expect(self.mode(path) == 0o700)
        for file in ["lock", "admin-key", "secret-key"] { #expect(self.mode("\(path)/\(file)") == 0o600, "\(file)") }
    }

    @Test func `a second holder is refused and a later one is not`() throws {
        let path = TestFolder.make("lock")
        var folder: DataFolder? = try DataFolder(path)
        #expect(throws: VerbError.self) { try DataFolder(path) }
        withExtendedLifetime(folder) {}
        folder = nil
        _ = try DataFolder(path)
    }

    @Test func `keys are made once`() throws {
        let path = TestFolder.make("keys")
        let folder = try DataFolder(path)
        let admin = try folder.adminKey()
        let secret = try folder.secretKey()
        #expect(admin.isNew && admin.key.revealed.count >= 32)
        #expect(try folder.adminKey() == (admin.key, false))
        #expect(try folder.secretKey() == secret)
    }

    @Test func `a folder that can't be made is explained`() {
        let error = #expect(throws: VerbError.self) { try DataFolder("/proc/nowhere") }
        #expect(error?.message.contains("/proc/nowhere") == true)
    }

    @Test func `a shell reads the settings as they were written`() throws {
        let values = ["PLAIN": "127.0.0.1:80", "SPACE": "a b", "QUOTE": "it's $HOME \"x\" \\ `y` #", "EMPTY": ""]
        let text = EnvironmentFile.text(values)
        #expect(EnvironmentFile.variables(text) == values)
        let path = TestFolder.make("env")
        try DataFolder(path).write(text, to: "env")
        var command = ChildCommand(
            "/bin/sh",
            ["-c", "set -a; . \(path)/env; printf '%s|' \"$PLAIN\" \"$SPACE\" \"$QUOTE\" \"$EMPTY\""]
        )
        command.output = .file("\(path)/out")
        #expect(try ChildProcess(command).wait(.seconds(10)) == .status(0))
        #expect(try DataFolder(path).line(of: "out") == "127.0.0.1:80|a b|it's $HOME \"x\" \\ `y` #||")
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        unsafe stat(path, &status)
        return status.st_mode & 0o777
    }
}
