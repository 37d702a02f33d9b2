import HTTPServer
import JSON

/// Reads the parameters of a request's query and gathers every fault, as ``JSONReader`` does for bodies.
///
/// Ask for each parameter that is known, then call ``finish()``: unknown and repeated ones are faults as well. A fault's
/// pointer is a slash and the parameter's name.
final class QueryReader {
    private let pairs: [(name: String, value: String)]
    private var known: Set<String> = []
    private var faults: [JSONFault] = []

    /// Reads the query of `request`.
    init(_ request: HTTPRequest) {
        do {
            self.pairs = try request.query()
        } catch {
            self.pairs = []
            self.faults.append(JSONFault(pointer: "", detail: "\(error)"))
        }
    }

    /// A parameter as text; `nil` where it is left out.
    func text(_ name: String) -> String? {
        self.known.insert(name)
        let values = self.pairs.filter { $0.name == name }
        if values.count > 1 { self.fault(name, "Must be given once.") }
        return values.first?.value
    }

    /// Every value of a parameter that may be given several times.
    func texts(_ name: String) -> [String] {
        self.known.insert(name)
        return self.pairs.filter { $0.name == name }.map(\.value)
    }

    /// A parameter that `convert` understands; `nil`, with a fault, where it does not.
    func value<Value>(_ name: String, _ expected: String, _ convert: (String) -> Value?) -> Value? {
        guard let text = self.text(name) else { return nil }
        guard let value = convert(text) else {
            self.fault(name, expected)
            return nil
        }
        return value
    }

    /// A whole number within `range`, or `fallback`.
    func integer(_ name: String, _ range: ClosedRange<Int64>, default fallback: Int64) -> Int64 {
        let expected = "Must be a whole number between \(range.lowerBound) and \(range.upperBound)."
        return self.value(name, expected) { Int64($0).flatMap { range.contains($0) ? $0 : nil } } ?? fallback
    }

    /// How many items a page holds at most: `limit`, 1 … 1000, default 100.
    func limit() -> Int { Int(self.integer("limit", 1...1_000, default: 100)) }

    /// The sort key that `cursor` continues after.
    func cursor(_ cursor: Cursor, count: Int) -> [String]? {
        self.value("cursor", "Must be a nextCursor of this very list.") { cursor.decode($0, count: count) }
    }

    /// Adds a fault that only the caller can see.
    func fault(_ name: String, _ detail: String) {
        self.faults.append(JSONFault(pointer: "/" + name, detail: detail))
    }

    /// Ends the reading.
    ///
    /// - Throws: ``JSONFaults`` with every fault of the query.
    func finish() throws(JSONFaults) {
        if self.pairs.isEmpty && self.faults.isEmpty { return }
        for name in Set(self.pairs.map(\.name)).subtracting(self.known).sorted() {
            self.fault(String(name.prefix(64)), "Is not a known parameter.")
        }
        guard self.faults.isEmpty else { throw JSONFaults(self.faults) }
    }
}
