import JSON
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "[1] x", "[1][2]", "NaN", "[NaN]", "Infinity", "-", "01",
        "1.", ".5", "+1", "1e400", "-1e400", "9223372036854775808", "\"\\ud800\"", "\"\\udc00\"", "\"a\\u0000b\"",
        "\"\\x\"", "\"\t\"", "{\"a\":1,\"a\":2}", "\u{FEFF}{}", "// a\n{}", "{\"a\" 1}", "tru", "nul", "\"a",
    ])
    func `a text that is not strict JSON is refused with its place`(_ text: String) throws {
        let error = try #require(throws: JSONSyntaxError.self) { try JSONParser.parse([UInt8](text.utf8)) }
        #expect(error.line >= 1 && error.description.hasSuffix("."))
    }

    @Test func `bytes that are no UTF-8 and raw NULs are refused`() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0, 0x22],
        ] {
            #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
        }
    }

    @Test func `size and depth are bounded`() throws {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([UInt8]("[1, 2]".utf8), size: 5) }
        let nested = { (depth: Int) in
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONParser.parse(nested(32))
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(nested(33)) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(nested(100_000)) }
    }

    @Test func `a document becomes Swift values in its own order`() throws {
        let text = #"{"b":[1,-9223372036854775808,1.5,1e3],"a":{"é":"\u00e9\ud83d\ude00\/"},"n":null,"t":true}"#
        let value = try JSONParser.parse([UInt8](text.utf8))
        guard case .object(let object) = value else { throw CancellationError() }
        #expect(object.members.map(\.name) == ["b", "a", "n", "t"])
        #expect(object["b"] == .array([.integer(1), .integer(.min), .real(1.5), .real(1000)]))
        #expect(object["a"] == .object(JSONObject(members: [.init(name: "é", value: .string("é😀/"))])))
        #expect(object["n"] == .null && object["t"] == .boolean(true) && object["x"] == nil)
    }

    @Test func `what is written is read back, and numbers keep their shape`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("text", "a\"\\\n\r\t\u{1}\u{1F}é😀")
        writer.member("least", Int64.min)
        writer.member("double", 0.1)
        writer.member("whole", 3.0)
        writer.member("huge", 1e300)
        writer.member("nan", Double.nan)
        writer.member("none", nil as String?)
        writer.name("list")
        writer.beginArray()
        writer.seconds(milliseconds: 1500)
        writer.seconds(milliseconds: -5)
        writer.milliseconds(microseconds: 12_340)
        writer.value(true)
        writer.beginObject()
        writer.endObject()
        writer.raw([UInt8("7".utf8.first ?? 0)])
        writer.endArray()
        writer.endObject()
        let expected =
            #"{"text":"a\"\\\n\r\t\u0001\u001fé😀","least":-9223372036854775808,"double":0.1,"whole":3,"#
            + #""huge":1e+300,"nan":null,"none":null,"list":[1.5,-0.005,12.34,true,{},7]}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        _ = try JSONParser.parse(writer.bytes)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func `moments are written as RFC 3339`(_ milliseconds: Int64, _ text: String) {
        var writer = JSONWriter()
        writer.time(milliseconds)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"\(text)\"")
    }
}
