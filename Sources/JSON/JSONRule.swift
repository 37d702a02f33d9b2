/// What a member of a document must be, and the Swift value it becomes.
package struct JSONRule<Value> {
    let read: (JSONValue, JSONPointer, JSONReader.Findings) -> Value?

    init(_ read: @escaping (JSONValue, JSONPointer, JSONReader.Findings) -> Value?) {
        self.read = read
    }

    /// A rule that goes on from this one: `convert` returns nil where `expected` ("Must be …") is broken.
    package func then<Other>(_ expected: String, _ convert: @escaping (Value) -> Other?) -> JSONRule<Other> {
        JSONRule<Other> { value, pointer, findings in
            guard let first = self.read(value, pointer, findings) else { return nil }
            guard let second = convert(first) else {
                findings.add(pointer, expected)
                return nil
            }
            return second
        }
    }

    /// Null, which becomes `.some(nil)`, or what follows `rule`.
    package static func nullable<Wrapped>(_ rule: JSONRule<Wrapped>) -> JSONRule<Wrapped?> where Value == Wrapped? {
        JSONRule<Wrapped?> { value, pointer, findings in
            if value == .null { return .some(nil) }
            return rule.read(value, pointer, findings).map(Optional.some)
        }
    }
}

extension JSONRule where Value == JSONValue {
    /// Any value, unread.
    package static var any: JSONRule<JSONValue> { JSONRule { value, _, _ in value } }
}

extension JSONRule where Value == Bool {
    /// A boolean.
    package static var boolean: JSONRule<Bool> {
        JSONRule { value, pointer, findings in
            if case .boolean(let boolean) = value { return boolean }
            findings.add(pointer, "Must be a boolean, not \(value.kind).")
            return nil
        }
    }
}

extension JSONRule where Value == String {
    /// A string whose UTF-8 form has a length in the range, in bytes.
    package static func string(_ length: ClosedRange<Int> = 0...Int.max) -> JSONRule<String> {
        JSONRule { value, pointer, findings in
            guard case .string(let string) = value else {
                findings.add(pointer, "Must be a string, not \(value.kind).")
                return nil
            }
            if string.utf8.count < length.lowerBound {
                let empty = length.lowerBound == 1
                findings.add(pointer, empty ? "Must not be empty." : "Must have at least \(length.lowerBound) bytes.")
                return nil
            }
            if string.utf8.count > length.upperBound {
                findings.add(pointer, "Must have at most \(length.upperBound) bytes, not \(string.utf8.count).")
                return nil
            }
            return string
        }
    }

    /// One of the strings named.
    package static func oneOf(_ choices: [String]) -> JSONRule<String> {
        JSONRule.string().then("Must be one of \(choices.joined(separator: ", ")).") {
            choices.contains($0) ? $0 : nil
        }
    }
}

extension JSONRule {
    /// A list with a number of elements in the range, each of which follows `rule`.
    package static func list<Element>(
        of rule: JSONRule<Element>,
        count: ClosedRange<Int> = 0...Int.max
    ) -> JSONRule<[Element]> where Value == [Element] {
        JSONRule<[Element]> { value, pointer, findings in
            guard case .array(let elements) = value else {
                findings.add(pointer, "Must be an array, not \(value.kind).")
                return nil
            }
            guard count.contains(elements.count) else {
                let bound =
                    elements.count < count.lowerBound ? "at least \(count.lowerBound)" : "at most \(count.upperBound)"
                findings.add(pointer, "Must have \(bound) elements, not \(elements.count).")
                return nil
            }
            var read: [Element] = []
            for (index, element) in elements.enumerated() {
                if let good = rule.read(element, pointer.appending(index), findings) { read.append(good) }
            }
            return read.count == elements.count ? read : nil
        }
    }

    /// An object read by `body`; members that `body` did not ask for are faults.
    package static func object(_ body: @escaping (JSONReader) -> Value?) -> JSONRule<Value> {
        JSONRule { value, pointer, findings in
            guard case .object(let object) = value else {
                findings.add(pointer, "Must be an object, not \(value.kind).")
                return nil
            }
            let reader = JSONReader(object, at: pointer, findings)
            let result = body(reader)
            reader.refuseUnknown()
            return result
        }
    }

    /// An object whose names are free and whose values follow `rule`, in the order of the document.
    package static func members<Element>(
        of rule: JSONRule<Element>,
        count: ClosedRange<Int> = 0...Int.max
    ) -> JSONRule<[(name: String, value: Element)]> where Value == [(name: String, value: Element)] {
        JSONRule<[(name: String, value: Element)]> { value, pointer, findings in
            guard case .object(let object) = value else {
                findings.add(pointer, "Must be an object, not \(value.kind).")
                return nil
            }
            guard count.contains(object.members.count) else {
                findings.add(pointer, "Must have \(count.lowerBound) to \(count.upperBound) members.")
                return nil
            }
            var read: [(name: String, value: Element)] = []
            for member in object.members {
                let place = pointer.appending(member.name)
                if let good = rule.read(member.value, place, findings) { read.append((member.name, good)) }
            }
            return read.count == object.members.count ? read : nil
        }
    }
}
