/// Reads one object of a document and gathers every fault on the way, so that the sender hears of all at once.
///
/// Ask for each member that is known, then call ``finish()``: members nobody asked for are faults as well. Values read
/// before are good only if `finish` did not throw. Not to be shared between threads.
package final class JSONReader {
    /// The list of faults that all readers of a document share.
    final class Findings {
        /// The most faults that are told; a hostile document must not make the answer large.
        static let limit = 100
        private(set) var faults: [JSONFault] = []

        func add(_ pointer: JSONPointer, _ detail: String) {
            guard self.faults.count < Self.limit else { return }
            self.faults.append(JSONFault(pointer: pointer.text, detail: detail))
        }
    }

    /// The place of this object in the document.
    package let pointer: JSONPointer
    private let object: JSONObject
    /// A document that is no object at all has that one fault, not one more for each member.
    private let isObject: Bool
    private let findings: Findings
    private var known: [String] = []

    /// Begins to read a document that must be an object.
    package convenience init(_ document: JSONValue) {
        let findings = Findings()
        if case .object(let object) = document {
            self.init(object, at: .root, findings)
        } else {
            findings.add(.root, "Must be an object, not \(document.kind).")
            self.init(JSONObject(), at: .root, findings, isObject: false)
        }
    }

    init(_ object: JSONObject, at pointer: JSONPointer, _ findings: Findings, isObject: Bool = true) {
        self.object = object
        self.isObject = isObject
        self.pointer = pointer
        self.findings = findings
    }

    /// The value of a member that must be there; nil, with a fault, if it is missing or breaks the rule.
    package func required<Value>(_ name: String, _ rule: JSONRule<Value>) -> Value? {
        self.known.append(name)
        guard let value = self.object[name] else {
            if self.isObject { self.findings.add(self.pointer.appending(name), "Is required.") }
            return nil
        }
        return rule.read(value, self.pointer.appending(name), self.findings)
    }

    /// The value of a member that may be missing; nil if it is, and, with a fault, if it breaks the rule.
    package func optional<Value>(_ name: String, _ rule: JSONRule<Value>) -> Value? {
        self.known.append(name)
        guard let value = self.object[name] else { return nil }
        return rule.read(value, self.pointer.appending(name), self.findings)
    }

    /// The value of a member, or `fallback` if it is missing or, with a fault, breaks the rule.
    package func optional<Value>(_ name: String, _ rule: JSONRule<Value>, default fallback: Value) -> Value {
        self.optional(name, rule) ?? fallback
    }

    /// Whether the document has a member of this name, null or not.
    package func contains(_ name: String) -> Bool { self.object[name] != nil }

    /// Whether the member is there and null; counts as asked for.
    package func isNull(_ name: String) -> Bool {
        guard self.object[name] == .null else { return false }
        self.known.append(name)
        return true
    }

    /// Adds a fault that only the caller can see, such as two members that contradict each other.
    package func fault(_ name: String, _ detail: String) {
        self.findings.add(self.pointer.appending(name), detail)
    }

    /// Whether no fault was found so far, in the whole document.
    package var isSound: Bool { self.findings.faults.isEmpty }

    /// Ends the reading.
    ///
    /// - Throws: ``JSONFaults`` with every fault of the document, unknown members included.
    package func finish() throws(JSONFaults) {
        self.refuseUnknown()
        guard self.findings.faults.isEmpty else { throw JSONFaults(self.findings.faults) }
    }

    func refuseUnknown() {
        for member in self.object.members where !self.known.contains(member.name) {
            self.findings.add(self.pointer.appending(member.name), "Is not a known field.")
            self.known.append(member.name)
        }
    }
}
