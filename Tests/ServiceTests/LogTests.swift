import Glibc
import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1))) struct LogTests {
    private let line = LogLine(
        time: 1_795_189_560_004,
        level: .warning,
        process: "pinger",
        message: "share lost",
        fields: [("share", .bare("7")), ("why", .text("two words")), ("word", .text("plain"))]
    )

    @Test func `a line is one JSON object`() {
        var bytes: [UInt8] = []
        self.line.appendJSON(to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"time":"2026-11-20T15:46:00.004Z","level":"warning","process":"pinger","message":"share lost","#
                + #""share":7,"why":"two words","word":"plain"}"# + "\n"
        )
    }

    @Test func `a line for people is logfmt`() {
        var bytes: [UInt8] = []
        self.line.appendLogfmt(coloured: false, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "2026-11-20T15:46:00.004Z warning pinger: share lost share=7 why=\"two words\" word=plain\n"
        )
    }

    @Test func `what others send can't begin a line nor drive a terminal`() {
        let evil = "a\nb\r\u{1B}[31m\u{7F}\u{9B}\u{2028}\u{202E}\"\\"
        for isJSON in [true, false] {
            var bytes: [UInt8] = []
            let line = LogLine(time: 0, level: .info, process: "p", message: evil, fields: [(evil, .text(evil))])
            if isJSON { line.appendJSON(to: &bytes) } else { line.appendLogfmt(coloured: false, to: &bytes) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.unicodeScalars.filter { $0 == "\n" }.count == 1 && text.hasSuffix("\n"))
            #expect(!text.unicodeScalars.contains { [0x1B, 0x0D, 0x7F, 0x9B, 0x2028, 0x202E].contains($0.value) })
            #expect(text.contains("a\\nb\\r\\u001b[31m\\u007f\\u009b\\u2028\\u202e\\\"\\\\"))
        }
    }

    @Test func `lines arrive in order and those below the level don't`() throws {
        let pipe = try Pipe()
        let log = Log(process: "p", level: .info, format: .json, descriptor: pipe.writing)
        log.debug("hidden", ["n": 0])
        for number in 0..<100 { log.info("shown", ["n": number]) }
        log.flush()
        let lines = pipe.readAvailable().split(separator: "\n")
        #expect(lines.count == 100)
        #expect(lines.enumerated().allSatisfy { $1.contains("\"n\":\($0)}") })
    }

    @Test func `a reader who takes nothing never blocks the writer, and losses are told`() throws {
        let pipe = try Pipe()
        let log = Log(process: "p", format: .json, descriptor: pipe.writing)
        let start = MonotonicClock.millis
        let text = String(repeating: "x", count: 10_000)
        for _ in 0..<300 { log.warning("filling", ["text": text]) }
        #expect(MonotonicClock.millis - start < 5_000)
        #expect(log.dropped > 0)
        let deadline = MonotonicClock.millis + 20_000
        var seen = ""
        while !seen.contains("droppedLines"), MonotonicClock.millis < deadline {
            log.flush(millis: 10)
            seen = pipe.readAvailable()
            log.info("after")
        }
        #expect(seen.contains("\"message\":\"after\",\"droppedLines\":"))
    }

    @Test func `times are RFC 3339`() {
        #expect(Timestamp.rfc3339(0) == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp.rfc3339(-1) == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp.rfc3339(951_782_400_000) == "2000-02-29T00:00:00.000Z")
        #expect(Timestamp.rfc3339(.max) == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp.rfc3339(.min) == "0000-01-01T00:00:00.000Z")
    }
}

/// A pipe whose reading end never blocks; stays open, since the log's thread lives on.
private final class Pipe {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        let code = unsafe pipe(&ends)
        try #require(code == 0)
        self.reading = ends[0]
        self.writing = ends[1]
        _ = fcntl(self.reading, F_SETFL, O_NONBLOCK)
    }

    func readAvailable() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(self.reading, &chunk, chunk.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
