import JSON

/// A list as `--json` prints it: all pages of the API's answer as one.
enum JSONList {
    /// `{"items":[…]}` with an item on each line.
    static func text(_ items: [JSONObject]) -> String {
        let lines = items.map { String(decoding: Self.bytes(.object($0)), as: UTF8.self) }
        return lines.isEmpty ? "{\"items\":[]}\n" : "{\"items\":[\n" + lines.joined(separator: ",\n") + "\n]}\n"
    }

    /// The value as JSON, members in the order in which they came.
    static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        Self.write(value, to: &writer)
        return writer.bytes
    }

    private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .boolean(let flag): writer.value(flag)
        case .integer(let number): writer.value(number)
        case .real(let number): writer.value(number)
        case .string(let text): writer.value(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { Self.write(element, to: &writer) }
            writer.endArray()
        case .object(let object):
            writer.beginObject()
            for member in object.members {
                writer.name(member.name)
                Self.write(member.value, to: &writer)
            }
            writer.endObject()
        }
    }
}
