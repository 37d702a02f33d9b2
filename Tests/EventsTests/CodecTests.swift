import Testing

@testable import Events

@Suite struct CodecTests {
    static let text =
        #"{"v":1,"monitor":42,"region":"eu","slot":1795189560000,"attempt":0,"startedAt":1795189560004,"#
        + #""outcome":"down","reason":"timeout","phase":"connect","code":null,"detail":"no connection in 10 s","#
        + #""micros":{"dns":812,"connect":null,"tls":null,"firstByte":null,"total":10000113},"values":null,"#
        + #""address":"93.184.216.34","certificateExpiresAt":1798761600000,"pinger":"pinger-eu-0","generation":3}"#

    @Test func `a result has exactly the documented shape`() throws {
        let bytes = Array(Self.text.utf8)
        let result = try CheckResult.decode(bytes.span)
        #expect(result.timings.total == 10_000_113 && result.reason == .timeout && result.generation == 3)
        var again: [UInt8] = []
        result.encode(into: &again)
        #expect(String(decoding: again, as: UTF8.self) == Self.text)
    }

    @Test func `every record survives its own encoding`() throws {
        let http = CheckSettings.http(HTTPCheckSettings(keyword: "a\"\\\n\u{1}é", sealed: "c2VhbGVk"))
        var monitor = Log.monitor(quorum: .count(2), reminder: 300_500, check: http)
        monitor.regions = ["eu", "us"]
        monitor.channels = [1, 2]
        monitor.checkRequestedAt = Log.start + 7
        let records: [Record] = [
            .result(try CheckResult.decode(Array(Self.text.utf8).span)),
            .pulse(Pulse(region: "eu", share: 7, time: Log.start, canary: .good, load: 0.25, pinger: "p")),
            .change(.defined(monitor)),
            .change(.deleted(monitor: 42, generation: 9, at: Log.start)),
            .action(Action(monitor: 42, incident: "inc_x", verb: .comment, person: "eva", text: "hm", at: Log.start)),
            .push(Push(monitor: 42, at: Log.start, detail: "ok", latency: 12.5, gateway: "g")),
        ]
        for record in records {
            var bytes: [UInt8] = []
            record.encode(into: &bytes)
            #expect(try Record.decode(kind: record.kind, key: Array("42".utf8), value: bytes) == record)
        }
    }

    @Test func `no truncation and no flipped bit crashes`() {
        let bytes = Array(Self.text.utf8)
        for length in 0..<bytes.count {
            #expect(throws: RecordError.self) { try CheckResult.decode(Array(bytes[..<length]).span) }
        }
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                _ = try? CheckResult.decode(flipped.span)
            }
        }
    }

    @Test(arguments: [
        (#""v":1"#, #""v":2"#), (#""monitor":42"#, #""monitor":0"#), (#""outcome":"down""#, #""outcome":"bad""#),
        (#""reason":"timeout""#, #""reason":"tired""#), (#""slot":1795189560000"#, #""slot":1795189560000000"#),
        (#""slot":1795189560000"#, #""slot":-1"#), (#""attempt":0"#, #""attempt":-1"#),
        (#""region":"eu""#, #""region":"EU""#), (#""generation":3"#, #""generation":3,"generation":3"#),
        (#""total":10000113"#, #""total":-1"#), (#""total":10000113"#, #""total":NaN"#),
        (#""values":null"#, #""values":{"a":1e999}"#), (#""detail":"no"#, #""detail":"\ud800 no"#),
        (#""monitor":42"#, #""monitor":9223372036854775808"#), (#""outcome":"down","#, ""),
    ])
    func `a wrong result is refused`(from: String, to: String) {
        let parts = Self.text.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
        let text = parts.joined(separator: to)
        #expect(throws: RecordError.self) { try CheckResult.decode(Array(text.utf8).span) }
    }

    @Test func `tombstones, foreign keys, unknown kinds, deep nesting and futures have their own reasons`() throws {
        let value = Array(Self.text.utf8)
        #expect(throws: RecordError.tombstone) { try Record.decode(kind: nil, key: Array("42".utf8), value: nil) }
        #expect(throws: RecordError.keyMismatch(key: "41", monitor: 42)) {
            try Record.decode(kind: nil, key: Array("41".utf8), value: value)
        }
        #expect(throws: RecordError.keyMismatch(key: nil, monitor: 42)) {
            try Record.decode(kind: nil, key: nil, value: value)
        }
        #expect(throws: RecordError.unknownKind("x")) { try Record.decode(kind: "x", key: nil, value: value) }
        let deep = Array(("{\"x\":" + String(repeating: "[", count: 10_000)).utf8)
        #expect(throws: RecordError.self) { try CheckResult.decode(deep.span) }
        let record = try Record.decode(kind: nil, key: Array("42".utf8), value: value)
        try record.checkTime(timestamp: 1_795_189_500_000)
        #expect(throws: RecordError.self) { try record.checkTime(timestamp: 1_795_189_499_999) }
    }

    @Test func `a NUL becomes a replacement character, since PostgreSQL has none`() throws {
        let text = Self.text.split(separator: "no connection").joined(separator: #"a\u0000b"#)
        #expect(try CheckResult.decode(Array(text.utf8).span).detail == "a\u{FFFD}b in 10 s")
    }

    @Test func `murmur2 and FNV match their published vectors`() {
        #expect(Int32(bitPattern: Murmur2.hash(Array("21".utf8))) == -973_932_308)
        #expect(Int32(bitPattern: Murmur2.hash(Array("foobar".utf8))) == -790_332_482)
        #expect(Int32(bitPattern: Murmur2.hash(Array("a-little-bit-long-string".utf8))) == -985_981_536)
        #expect(FNV1a.hash("foobar".utf8) == 0x343E_1662_793C_64BF_6F0D_3597_BA44_6F18)
    }

    @Test func `slots are multiples of the interval shifted by the phase`() {
        let monitor = Log.monitor()
        let slot = Slot.next(atOrAfter: Log.start + 1, monitor: 42, interval: 60_000)
        #expect((slot - monitor.phase) % 60_000 == 0 && slot > Log.start && slot <= Log.start + 60_001)
        #expect(Slot.previous(atOrBefore: slot, monitor: 42, interval: 60_000) == slot)
        #expect(monitor.nextSlot(atOrAfter: Log.start) == Log.start)
    }
}
