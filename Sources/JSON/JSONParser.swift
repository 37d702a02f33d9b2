import CJansson

/// Why a text is not a JSON document that Apus takes.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// One sentence for the person who sent the text.
    package let description: String
    /// The line of the fault, counted from 1; 0 if the fault is not at one place.
    package let line: Int
    /// The column of the fault, counted from 1; 0 if the fault is not at one place.
    package let column: Int
}

/// The strict reading of JSON texts (RFC 8259).
///
/// Refused: anything but UTF-8, a byte order mark, text after the document, duplicate names, NaN and infinities,
/// numbers beyond Int64 or Double, lone surrogates, NUL in strings, and documents too large or too deep.
package enum JSONParser {
    /// The largest document taken unless the caller says otherwise, in bytes.
    package static let defaultSize = 1 << 20
    /// The deepest nesting taken unless the caller says otherwise, in arrays and objects.
    package static let defaultDepth = 32

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - size: the number of bytes up to which a text is taken.
    ///   - depth: the number of arrays and objects that may lie in each other, 1 to 1,000.
    /// - Throws: ``JSONSyntaxError``, with the place of the first fault.
    package static func parse(
        _ bytes: [UInt8],
        size: Int = Self.defaultSize,
        depth: Int = Self.defaultDepth
    ) throws(JSONSyntaxError) -> JSONValue {
        guard bytes.count <= size else {
            throw JSONSyntaxError(description: "The document is longer than \(size) bytes.", line: 0, column: 0)
        }
        var error = json_error_t()
        let flags = Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_ANY)
        let root = unsafe bytes.withUnsafeBufferPointer { buffer in
            // An empty buffer has no address, which jansson would take for a programmer's error.
            unsafe json_loadb(buffer.baseAddress ?? UnsafePointer(bitPattern: 1), buffer.count, flags, &error)
        }
        guard let root = unsafe root else { throw Self.syntaxError(&error) }
        defer { unsafe json_decref(root) }
        return try unsafe Self.value(of: root, depth: depth)
    }

    private static func syntaxError(_ error: inout json_error_t) -> JSONSyntaxError {
        let text = unsafe withUnsafeBytes(of: &error.text) { buffer in
            unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
        // jansson quotes what it was reading; control characters of it must not reach a log or an answer.
        let printable = String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
        let (line, column) = (max(0, Int(error.line)), max(0, Int(error.column)))
        return JSONSyntaxError(
            description: "The document is not valid JSON: \(printable) (line \(line), column \(column)).",
            line: line,
            column: column
        )
    }

    private static func value(of json: UnsafeMutablePointer<json_t>, depth: Int) throws(JSONSyntaxError) -> JSONValue {
        let type = unsafe json.pointee.type
        if type == JSON_TRUE { return .boolean(true) }
        if type == JSON_FALSE { return .boolean(false) }
        if type == JSON_INTEGER { return unsafe .integer(Int64(json_integer_value(json))) }
        if type == JSON_REAL { return unsafe .real(json_real_value(json)) }
        if type == JSON_STRING { return unsafe .string(Self.string(json)) }
        guard type == JSON_ARRAY || type == JSON_OBJECT else { return .null }
        guard depth > 0 else {
            throw JSONSyntaxError(description: "The document is nested too deeply.", line: 0, column: 0)
        }
        return type == JSON_ARRAY
            ? try unsafe Self.array(json, depth: depth - 1)
            : try unsafe Self.object(json, depth: depth - 1)
    }

    private static func string(_ json: UnsafeMutablePointer<json_t>) -> String {
        guard let start = unsafe json_string_value(json) else { return "" }
        let buffer = unsafe UnsafeRawBufferPointer(start: start, count: json_string_length(json))
        return unsafe String(decoding: buffer, as: UTF8.self)
    }

    private static func array(_ json: UnsafeMutablePointer<json_t>, depth: Int) throws(JSONSyntaxError) -> JSONValue {
        let count = unsafe json_array_size(json)
        var elements: [JSONValue] = []
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element = unsafe json_array_get(json, index) else { break }
            elements.append(try unsafe Self.value(of: element, depth: depth))
        }
        return .array(elements)
    }

    private static func object(_ json: UnsafeMutablePointer<json_t>, depth: Int) throws(JSONSyntaxError) -> JSONValue {
        var members: [JSONObject.Member] = []
        unsafe members.reserveCapacity(json_object_size(json))
        var iterator = unsafe json_object_iter(json)
        while let current = unsafe iterator {
            guard let name = unsafe json_object_iter_key(current), let element = unsafe json_object_iter_value(current)
            else { break }
            let value = try unsafe Self.value(of: element, depth: depth)
            members.append(JSONObject.Member(name: unsafe String(cString: name), value: value))
            unsafe iterator = unsafe json_object_iter_next(json, current)
        }
        return .object(JSONObject(members: members))
    }
}
