import Events
import Latest
import Testing

@Suite struct LatestTests {
    @Test func `a status reads as documented`() throws {
        #expect(String(decoding: Self.document.encoded, as: UTF8.self) == Self.golden)
        #expect(try StatusDocument.decode(Array(Self.golden.utf8)) == Self.document)
    }

    @Test func `a status of before cards reads with the defaults`() throws {
        let former = Self.golden.replacing(#""degradedAfter":0.75,"channels":[7,9],"#, with: "")
        var card = try #require(try StatusDocument.decode(Array(former.utf8)).card)
        #expect(card.degradedAfter == 1_000)
        #expect(card.channels == nil)
        card.degradedAfter = 750
        card.channels = [7, 9]
        #expect(card == Self.document.card)
    }

    @Test func `the point of a status lies where scripts look for it`() {
        let bytes = Self.document.encoded[StatusDocument.pointStart...StatusDocument.pointEnd]
        #expect(String(decoding: bytes, as: UTF8.self) == Self.document.point.text)
    }

    @Test func `points are ordered as their texts`() {
        let points = [(0, 0), (0, 9), (0, 10), (0, Int64.max), (1, 0), (12, 5)].map(LatestPoint.init)
        #expect(points.map(\.text).sorted() == points.map(\.text))
        #expect(points.sorted() == points)
        for point in points { #expect(LatestPoint(point.text) == point) }
        for point in points { #expect(point.text.utf8.count == LatestPoint.width) }
        for text in ["", "1-2", "00000000001-000000000000000000", "-000000001-0000000000000000001"] {
            #expect(LatestPoint(text) == nil)
        }
    }

    @Test func `a tombstone has no card`() throws {
        let tombstone = StatusDocument(point: .init(generation: 0, offset: 1), monitor: 7, card: nil)
        #expect(try StatusDocument.decode(tombstone.encoded) == tombstone)
    }

    @Test func `a status that is too old is shown as unknown`() throws {
        let card = try #require(Self.document.card)
        #expect(card.state(at: 1_795_189_700_000) == .up)
        #expect(card.state(at: 1_795_189_700_001) == .unknown)
    }

    @Test func `unknown versions and broken bytes are refused`() {
        for text in [
            "", "{}", "[]", Self.golden.replacing("\"v\":1", with: "\"v\":2"), Self.golden.replacing("up", with: "UP"),
            String(Self.golden.dropLast()), Self.golden.replacing("0000000002-", with: "x"),
        ] {
            #expect(throws: RecordError.self) { try StatusDocument.decode(Array(text.utf8)) }
        }
    }

    @Test func `a recent result reads as documented`() throws {
        let text = """
            {"v":1,"region":"eu","slot":1795189560000,"attempt":1,"outcome":"down","reason":"status","code":503,\
            "latencyMs":12.3,"detail":"503 Service Unavailable"}
            """
        #expect(String(decoding: Self.recent.encoded, as: UTF8.self) == text)
        #expect(try RecentResult.decode(Array(text.utf8)) == Self.recent)
    }

    @Test func `an update carries the status, the results and the incidents`() throws {
        let message = UpdateMessage(
            writer: "processor-0/1",
            sequence: 17,
            status: Self.document,
            results: [Self.recent, Self.recent],
            incidents: []
        )
        let text = String(decoding: message.encoded, as: UTF8.self)
        #expect(text.hasPrefix(#"{"v":1,"writer":"processor-0/1","sequence":17,"status":{"v":1,"point":"#))
        #expect(try UpdateMessage.decode(message.encoded) == message)
    }

    @Test func `the time of a pulse lies where scripts look for it`() throws {
        let pulse = Pulse(region: "eu", share: 7, time: 1_795_189_560_000, canary: .good, load: 0.25, pinger: "p-0")
        let bytes = RegionWatch(pulse).encoded
        let start = RegionWatch.timeStart - 1
        #expect(String(decoding: bytes[start..<(start + 13)], as: UTF8.self) == "1795189560000")
        #expect(try RegionWatch.decode(bytes) == RegionWatch(pulse))
        #expect(RegionWatch(pulse).field == "eu/7")
    }

    @Test func `keys of statuses are recognised`() {
        #expect(LatestKeys.monitor(ofStatus: LatestKeys.status(42)) == 42)
        #expect(LatestKeys.monitor(ofStatus: LatestKeys.recent(42)) == nil)
    }

    private static let recent = RecentResult(
        region: "eu",
        slot: 1_795_189_560_000,
        attempt: 1,
        outcome: .down,
        reason: .status,
        code: 503,
        latencyMs: 12.3,
        detail: "503 Service Unavailable"
    )

    private static let document = StatusDocument(
        point: LatestPoint(generation: 2, offset: 1_234),
        monitor: 42,
        card: .init(
            name: "Shop \"A\"",
            type: "http",
            target: "https://example.com",
            group: "web",
            tags: ["a", "b"],
            interval: 10_500,
            degradedAfter: 750,
            channels: [7, 9],
            generation: 3,
            state: .up,
            since: 1_795_189_000_000,
            regions: [
                "eu": .init(outcome: .up, code: 200, latencyMs: 12.345, slot: 1_795_189_560_000, verdict: .good),
                "us": .init(outcome: .down, reason: .timeout, detail: "late", slot: 1_795_189_559_000, attempt: 1),
            ],
            incident: .init(id: "inc_a", startedAt: 1_795_189_000_000),
            asOf: 1_795_189_561_000,
            unknownFrom: 1_795_189_700_001
        )
    )

    private static let golden = """
        {"v":1,"point":"0000000002-0000000000000001234","monitor":42,"name":"Shop \\"A\\"","type":"http",\
        "target":"https://example.com","group":"web","tags":["a","b"],"enabled":true,"interval":10.5,\
        "degradedAfter":0.75,"channels":[7,9],"generation":3,\
        "state":"up","since":1795189000000,"degraded":false,"regions":{"eu":{"outcome":"up","reason":null,"code":200,\
        "detail":null,"latencyMs":12.345,"slot":1795189560000,"attempt":0,"verdict":"good",\
        "certificateExpiresAt":null},"us":{"outcome":"down","reason":"timeout","code":null,"detail":"late",\
        "latencyMs":null,"slot":1795189559000,"attempt":1,"verdict":null,"certificateExpiresAt":null}},\
        "incident":{"id":"inc_a","startedAt":1795189000000,"acknowledgedAt":null},"asOf":1795189561000,\
        "unknownFrom":1795189700001}
        """
}
