/// Reads a program's settings from its environment and remembers what was declared and what was wrong.
///
/// A program declares each setting once, by reading it in the initialiser of its own settings struct; help is made from
/// the same declarations by reading an empty environment. A missing or wrong value is remembered as a problem and stands
/// in with a placeholder, so that all problems are reported at once (design §9). `NAME_FILE` names a file that holds the
/// value of `NAME`.
package struct SettingsReader {
    /// What was declared, in order.
    package private(set) var declarations: [SettingDeclaration] = []
    /// What was wrong, in order.
    package private(set) var problems: [SettingProblem] = []

    private let environment: [String: String]
    private let readFile: (String) -> String?

    /// Reads from the given variables; `readFile` gives a file's text, nil when it can't be read.
    package init(environment: [String: String], readFile: @escaping (String) -> String? = { readText(path: $0) }) {
        self.environment = environment
        self.readFile = readFile
    }

    /// A setting that must be given.
    package mutating func required<Value>(_ name: String, _ type: SettingType<Value>, _ meaning: String) -> Value {
        self.declare(name, type, default: "required", meaning)
        let before = self.problems.count
        if let value = self.find(name, type) { return value }
        if self.problems.count == before {
            self.problems.append(
                SettingProblem(
                    name: name,
                    expected: type.expectation,
                    found: "nothing",
                    remedy: "set \(name), or \(name)_FILE to a file that holds it"
                )
            )
        }
        return type.placeholder
    }

    /// A setting with a default.
    package mutating func value<Value>(
        _ name: String,
        _ type: SettingType<Value>,
        default fallback: Value,
        _ meaning: String
    ) -> Value {
        self.declare(name, type, default: type.show(fallback), meaning)
        return self.find(name, type) ?? fallback
    }

    /// A setting that may be left out.
    package mutating func optional<Value>(_ name: String, _ type: SettingType<Value>, _ meaning: String) -> Value? {
        self.declare(name, type, default: "not set", meaning)
        return self.find(name, type)
    }

    /// Any property of librdkafka: `KAFKA_SECURITY_PROTOCOL` is `security.protocol`, `KAFKA_BROKERS` is not one.
    package mutating func kafkaProperties() -> [String: String] {
        self.declarations.append(
            SettingDeclaration(
                name: "KAFKA_<PROPERTY>",
                type: "text",
                fallback: "not set",
                meaning: "Any property of librdkafka, as KAFKA_SECURITY_PROTOCOL for security.protocol."
            )
        )
        var properties: [String: String] = [:]
        for variable in self.environment.keys.sorted() where variable.hasPrefix("KAFKA_") {
            let name = variable.hasSuffix("_FILE") ? String(variable.dropLast(5)) : variable
            if name == "KAFKA_BROKERS" || name == "KAFKA" { continue }
            guard let value = self.find(name, .secret) else { continue }
            let property = name.dropFirst(6).lowercased().replacing("_", with: ".")
            properties[property] = value.revealed
        }
        return properties
    }

    /// For a check across settings: adds a problem of the program's own.
    package mutating func complain(_ name: String, expected: String, found: String, remedy: String) {
        self.problems.append(SettingProblem(name: name, expected: expected, found: found, remedy: remedy))
    }

    private mutating func declare<Value>(
        _ name: String,
        _ type: SettingType<Value>,
        default fallback: String,
        _ meaning: String
    ) {
        self.declarations.append(
            SettingDeclaration(name: name, type: type.expectation, fallback: fallback, meaning: meaning)
        )
    }

    /// The value given for a name; nil when there is none (an empty variable is none) or a problem was added.
    private mutating func find<Value>(_ name: String, _ type: SettingType<Value>) -> Value? {
        var text = self.environment[name] ?? ""
        if let path = self.environment[name + "_FILE"], !path.isEmpty {
            guard text.isEmpty else {
                self.complain(
                    name,
                    expected: "one of \(name) and \(name)_FILE",
                    found: "both are set",
                    remedy: "unset one of them"
                )
                return nil
            }
            guard let content = self.readFile(path) else {
                self.complain(
                    name + "_FILE",
                    expected: "the path of a readable file of UTF-8 text",
                    found: "\"\(path)\", which can't be read",
                    remedy: "check the path and the file's permissions"
                )
                return nil
            }
            text = content
            while let last = text.last, last.isNewline { text.removeLast() }
        }
        if text.isEmpty { return nil }
        if let value = type.parse(text) { return value }
        self.complain(
            name,
            expected: type.expectation,
            found: type.isSecret ? "something else (not shown)" : "\"\(text)\"",
            remedy: "correct \(name)"
        )
        return nil
    }
}
