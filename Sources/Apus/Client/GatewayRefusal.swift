import JSON
import Service

/// An answer other than 2xx, put into words; problem details (RFC 9457) are shown field by field.
struct GatewayRefusal {
    private let status: Int
    private let detail: String?
    private let faults: [(field: String, detail: String)]
    private let url: String

    /// Reads what came with the status; nil: no JSON.
    init(status: Int, document: JSONValue?, url: String) {
        self.status = status
        self.url = url
        guard case .object(let problem)? = document else {
            self.detail = nil
            self.faults = []
            return
        }
        self.detail = problem.text("detail") ?? problem.text("title")
        guard case .array(let errors)? = problem["errors"] else {
            self.faults = []
            return
        }
        self.faults = errors.compactMap { error in
            guard case .object(let error) = error, let detail = error.text("detail") else { return nil }
            return (field: Self.field(error.text("pointer") ?? ""), detail: TextTable.printable(detail))
        }
    }

    /// What the person is told.
    var error: VerbError {
        var detail = TextTable.printable(self.detail ?? "status \(self.status) without an explanation")
        while detail.hasSuffix(".") { detail.removeLast() }
        let list = self.faults.map { "  \($0.field): \($0.detail)" }.joined(separator: "\n")
        switch self.status {
        case 401, 403:
            return VerbError(
                "the gateway at \(self.url) refuses the API key: \(detail)",
                hint: "Give another with --key; 'apus up' keeps its first one in the file admin-key.",
                code: ExitCode.configuration
            )
        case 400, 413, 415, 422:
            return VerbError("the gateway refuses this: \(detail)", hint: list, code: ExitCode.usage)
        case 404, 409, 412: return VerbError("the gateway says: \(detail)", hint: list, code: 1)
        default:
            return VerbError(
                "the gateway can't answer now (\(self.status)): \(detail)",
                hint: list,
                code: ExitCode.unavailable
            )
        }
    }

    /// `#/regions/0` as `regions[0]`; the whole document as `document`.
    private static func field(_ pointer: String) -> String {
        let parts = pointer.split(separator: "/").drop { $0 == "#" }
        guard let first = parts.first else { return "document" }
        return parts.dropFirst().reduce(TextTable.printable(String(first))) { text, part in
            Int(part) == nil ? "\(text).\(TextTable.printable(String(part)))" : "\(text)[\(part)]"
        }
    }
}

extension JSONObject {
    /// A member that is a string; nil where it is missing, null or something else.
    func text(_ name: String) -> String? {
        if case .string(let text)? = self[name] { text } else { nil }
    }

    /// A member that is a whole number.
    func integer(_ name: String) -> Int64? {
        if case .integer(let number)? = self[name] { number } else { nil }
    }

    /// A member that is a number of seconds or milliseconds, in thousandths.
    func thousandths(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let number)?: number.multipliedReportingOverflow(by: 1_000).partialValue
        case .real(let number)?: Int64(exactly: (number * 1_000).rounded())
        default: nil
        }
    }

    /// A member that is a boolean; false otherwise.
    func flag(_ name: String) -> Bool { self[name] == .boolean(true) }

    /// A member that is a moment in RFC 3339 UTC, as Unix ms.
    func time(_ name: String) -> Int64? { self.text(name).flatMap(Moment.parse) }
}
