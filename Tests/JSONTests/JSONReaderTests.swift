import JSON
import Testing

@Suite struct JSONReaderTests {
    /// A document of every kind of field, as an API would read it.
    private func faults(_ text: String) throws -> [String] {
        let reader = JSONReader(try JSONParser.parse([UInt8](text.utf8)))
        _ = reader.required("name", .string(1...5))
        _ = reader.optional("interval", .seconds(milliseconds: 1000...60_000))
        _ = reader.optional("count", .integer(0...10), default: 3)
        _ = reader.optional("share", .number(0...1))
        _ = reader.optional("on", .boolean)
        _ = reader.optional("type", .oneOf(["http", "tcp"]))
        _ = reader.optional("note", .nullable(.string()))
        _ = reader.optional("tags", .list(of: .string(1...3), count: 0...2))
        _ = reader.optional("headers", .members(of: .string()))
        _ = reader.optional("nested", .object { $0.required("a/b", .integer()) })
        do {
            try reader.finish()
            return []
        } catch {
            return error.faults.map { "\($0.pointer): \($0.detail)" }
        }
    }

    @Test(arguments: [
        ("{\"name\":\"a\"}", []),
        (#"{"name":"a","interval":1.5,"count":5.0,"share":1,"on":true,"type":"tcp","note":null,"tags":["a"]}"#, []),
        ("[]", [": Must be an object, not an array."]),
        ("{}", ["/name: Is required."]),
        ("{\"name\":1}", ["/name: Must be a string, not a number."]),
        ("{\"name\":null}", ["/name: Must be a string, not null."]),
        ("{\"name\":\"\"}", ["/name: Must not be empty."]),
        ("{\"name\":\"abcdef\"}", ["/name: Must have at most 5 bytes, not 6."]),
        ("{\"name\":\"a\",\"interval\":0}", ["/interval: Must be between 1 and 60 seconds."]),
        ("{\"name\":\"a\",\"interval\":-1}", ["/interval: Must be between 1 and 60 seconds."]),
        ("{\"name\":\"a\",\"interval\":1e300}", ["/interval: Must be between 1 and 60 seconds."]),
        (
            "{\"name\":\"a\",\"interval\":1.0005}",
            ["/interval: Must be a number of seconds with at most three decimals."]
        ),
        ("{\"name\":\"a\",\"interval\":\"60\"}", ["/interval: Must be a number of seconds, not a string."]),
        ("{\"name\":\"a\",\"count\":1.5}", ["/count: Must be a whole number."]),
        ("{\"name\":\"a\",\"count\":11}", ["/count: Must be between 0 and 10."]),
        ("{\"name\":\"a\",\"share\":1.1}", ["/share: Must be between 0.0 and 1.0."]),
        ("{\"name\":\"a\",\"on\":\"true\"}", ["/on: Must be a boolean, not a string."]),
        ("{\"name\":\"a\",\"type\":\"ftp\"}", ["/type: Must be one of http, tcp."]),
        ("{\"name\":\"a\",\"tags\":{}}", ["/tags: Must be an array, not an object."]),
        ("{\"name\":\"a\",\"tags\":[\"a\",\"b\",\"c\"]}", ["/tags: Must have at most 2 elements, not 3."]),
        ("{\"name\":\"a\",\"tags\":[\"a\",1]}", ["/tags/1: Must be a string, not a number."]),
        ("{\"name\":\"a\",\"headers\":{\"x\":1}}", ["/headers/x: Must be a string, not a number."]),
        ("{\"name\":\"a\",\"nested\":{}}", ["/nested/a~1b: Is required."]),
        ("{\"name\":\"a\",\"nested\":{\"a/b\":1,\"c~d\":2}}", ["/nested/c~0d: Is not a known field."]),
        (
            "{\"name\":7,\"count\":true,\"more\":1}",
            [
                "/name: Must be a string, not a number.", "/count: Must be a whole number, not a boolean.",
                "/more: Is not a known field.",
            ]
        ),
    ])
    func `every fault of a document is named by its pointer`(_ text: String, _ expected: [String]) throws {
        #expect(try self.faults(text) == expected)
    }

    @Test func `values are typed`() throws {
        let text = #"{"interval":0.25,"count":7,"tags":["a","b"],"gone":null}"#
        let reader = JSONReader(try JSONParser.parse([UInt8](text.utf8)))
        #expect(reader.required("interval", .seconds(milliseconds: 1...1000)) == 250)
        let odd = JSONRule<Int64>.integer().then("Must be odd.") { $0 % 2 == 1 ? "odd" : nil }
        #expect(reader.required("count", odd) == "odd")
        #expect(reader.required("tags", .list(of: .string())) == ["a", "b"])
        #expect(reader.optional("missing", .integer(), default: 9) == 9)
        #expect(reader.isNull("gone") && reader.contains("gone") && !reader.contains("missing"))
        try reader.finish()
        reader.fault("count", "Contradicts tags.")
        #expect(throws: JSONFaults([JSONFault(pointer: "/count", detail: "Contradicts tags.")])) { try reader.finish() }
    }

    @Test func `a hostile document does not make a long answer`() throws {
        let text = "{" + (0..<5000).map { "\"f\($0)\":1" }.joined(separator: ",") + "}"
        let reader = JSONReader(try JSONParser.parse([UInt8](text.utf8)))
        let faults = try #require(throws: JSONFaults.self) { try reader.finish() }
        #expect(faults.faults.count == 100)
    }
}
