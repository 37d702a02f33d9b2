import HTTPServer
import JSON

/// Everything that is wrong with a request, as FastAPI says it: 422 with the type, the place and the input of each.
struct FormFaults: Error {
    /// One fault.
    struct Fault {
        /// What is wrong, in a word that programs know.
        let type: String
        /// Where: `body`, `path` or `query`, and names or numbers below it.
        let place: [JSONValue]
        /// What is wrong, for people.
        let message: String
        /// What was sent.
        let input: JSONValue
        /// The bounds that it should have kept to.
        var context: [JSONObject.Member] = []
    }

    var faults: [Fault] = []

    /// The answer.
    var response: HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("detail")
        writer.beginArray()
        for fault in self.faults {
            writer.beginObject()
            writer.member("type", fault.type)
            writer.name("loc")
            writer.value(.array(fault.place))
            writer.member("msg", fault.message)
            writer.name("input")
            writer.value(fault.input)
            if !fault.context.isEmpty {
                writer.name("ctx")
                writer.value(.object(JSONObject(members: fault.context)))
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes, status: 422)
    }
}

/// Reads the fields of a form, be they members of a body or parameters of a query, and gathers every fault.
///
/// What is not asked for is ignored, as FastAPI does.
final class FormReader {
    private let root: String
    private let fields: JSONObject
    private(set) var faults = FormFaults()

    /// Reads the object that is a request's body.
    ///
    /// - Throws: ``FormFaults`` where the body is none.
    init(body request: HTTPRequest) throws {
        self.root = "body"
        func faults(_ type: String, _ place: [JSONValue], _ message: String, _ input: JSONValue) -> FormFaults {
            FormFaults(faults: [FormFaults.Fault(type: type, place: place, message: message, input: input)])
        }
        guard !request.body.isEmpty else { throw faults("missing", [.string("body")], "Field required", .null) }
        let document: JSONValue
        do {
            document = try JSONParser.parse(request.body)
        } catch {
            var fault = FormFaults.Fault(
                type: "json_invalid",
                place: [.string("body"), .integer(Int64(error.column))],
                message: "JSON decode error",
                input: .object(JSONObject())
            )
            fault.context = [JSONObject.Member(name: "error", value: .string(error.description))]
            throw FormFaults(faults: [fault])
        }
        guard case .object(let object) = document else {
            let message = "Input should be a valid dictionary or object to extract fields from"
            throw faults("model_attributes_type", [.string("body")], message, document)
        }
        self.fields = object
    }

    /// Reads a query; of a parameter that is repeated the last one counts.
    init(query request: HTTPRequest) throws {
        self.root = "query"
        var values: [String: String] = [:]
        do {
            for (name, value) in try request.query() { values[name] = value }
        } catch {
            throw Refusal(response: SiteDoor.detail("\(error)", status: 400))
        }
        self.fields = JSONObject(members: values.map { JSONObject.Member(name: $0.key, value: .string($0.value)) })
    }

    /// The id in the path, which errors call `name`; `nil`: there can be no such thing.
    static func id(_ request: HTTPRequest, _ name: String) throws -> Int64? {
        let text = request.parameter("id") ?? ""
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            let fault = FormFaults.Fault(
                type: "int_parsing",
                place: [.string("path"), .string(name)],
                message: "Input should be a valid integer, unable to parse string as an integer",
                input: .string(text)
            )
            throw FormFaults(faults: [fault])
        }
        return Int64(text).flatMap { $0 > 0 ? $0 : nil }
    }

    /// A text of 1 to `limit` bytes that must be there.
    ///
    /// Bytes, since the log counts so; the words are the interface's own, which speaks of characters.
    func text(_ name: String, limit: Int) -> String {
        guard let value = self.fields[name] else {
            self.add("missing", name, "Field required", .object(self.fields))
            return ""
        }
        guard case .string(let text) = value else {
            self.add("string_type", name, "Input should be a valid string", value)
            return ""
        }
        if text.isEmpty {
            let context = [JSONObject.Member(name: "min_length", value: .integer(1))]
            self.add("string_too_short", name, "String should have at least 1 character", value, context)
        } else if text.utf8.count > limit {
            let context = [JSONObject.Member(name: "max_length", value: .integer(Int64(limit)))]
            self.add("string_too_long", name, "String should have at most \(limit) characters", value, context)
        }
        return text
    }

    /// A whole number within a range; 0, with a fault, where it is missing and there is no `fallback`.
    func integer(_ name: String, _ range: ClosedRange<Int64>, default fallback: Int64? = nil) -> Int64 {
        guard let value = self.fields[name] else {
            if fallback == nil { self.add("missing", name, "Field required", .object(self.fields)) }
            return fallback ?? 0
        }
        guard let number = self.number(name, value) else { return fallback ?? 0 }
        if number < range.lowerBound {
            let context = [JSONObject.Member(name: "ge", value: .integer(range.lowerBound))]
            let message = "Input should be greater than or equal to \(range.lowerBound)"
            self.add("greater_than_equal", name, message, value, context)
        } else if number > range.upperBound {
            let context = [JSONObject.Member(name: "le", value: .integer(range.upperBound))]
            let message = "Input should be less than or equal to \(range.upperBound)"
            self.add("less_than_equal", name, message, value, context)
        }
        return number
    }

    private func number(_ name: String, _ value: JSONValue) -> Int64? {
        switch value {
        case .integer(let number): return number
        case .real(let number):
            if let whole = Int64(exactly: number) { return whole }
            let message = "Input should be a valid integer, got a number with a fractional part"
            self.add("int_from_float", name, message, value)
        case .string(let text):
            if let number = Int64(text) { return number }
            let message = "Input should be a valid integer, unable to parse string as an integer"
            self.add("int_parsing", name, message, value)
        default: self.add("int_type", name, "Input should be a valid integer", value)
        }
        return nil
    }

    /// One of some words; `nil`: it is left out.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, of type: Word.Type) -> Word?
    where Word.RawValue == String {
        guard case .string(let text)? = self.fields[name] else { return nil }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map { "'\($0.rawValue)'" }
        let expected = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        let context = [JSONObject.Member(name: "expected", value: .string(expected))]
        self.add("literal_error", name, "Input should be \(expected)", .string(text), context)
        return nil
    }

    /// A moment, Unix ms; `nil`: it is left out.
    func moment(_ name: String) -> Int64? {
        guard case .string(let text)? = self.fields[name] else { return nil }
        if let moment = Moment.read(text) { return moment }
        let message = "Input should be a valid datetime such as 2026-01-31T12:00:00Z"
        self.add("datetime_parsing", name, message, .string(text))
        return nil
    }

    /// Whether it was given.
    func contains(_ name: String) -> Bool { self.fields[name] != nil }

    /// Ends the reading.
    ///
    /// - Throws: ``FormFaults`` with every fault.
    func finish() throws(FormFaults) {
        guard self.faults.faults.isEmpty else { throw self.faults }
    }

    private func add(
        _ type: String,
        _ name: String,
        _ message: String,
        _ input: JSONValue,
        _ context: [JSONObject.Member] = []
    ) {
        self.faults.faults.append(
            FormFaults.Fault(
                type: type,
                place: [.string(self.root), .string(name)],
                message: message,
                input: input,
                context: context
            )
        )
    }
}
