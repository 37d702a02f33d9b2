import Service

/// What was typed after a verb, split into options and operands.
struct VerbArguments: Equatable {
    /// What is no option, in order.
    private(set) var operands: [String] = []
    private var values: [String: [String]] = [:]

    /// Splits arguments; `--name value` and `--name=value` are the same, after `--` everything is an operand.
    init(_ arguments: [String], for verb: any Verb.Type) throws(VerbError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                self.operands += rest
                break
            }
            guard argument.hasPrefix("-") && argument != "-" else {
                self.operands.append(argument)
                continue
            }
            let name = String(argument.prefix { $0 != "=" })
            var value = name == argument ? nil : String(argument.dropFirst(name.count + 1))
            guard let option = verb.options.first(where: { $0.name == name }) else {
                throw Self.unknown(name, verb)
            }
            if let placeholder = option.value {
                if value == nil { value = rest.popFirst() }
                guard let value else {
                    throw Self.usage("\(name) needs a value: \(name) \(placeholder)", verb)
                }
                try self.add(value, to: option, verb)
            } else {
                guard value == nil else { throw Self.usage("\(name) takes no value", verb) }
                try self.add("", to: option, verb)
            }
        }
        guard verb.operandCount.contains(self.operands.count) else {
            let wanted = verb.operands.isEmpty ? "takes no operands" : "expects \(verb.operands)"
            let found = self.operands.isEmpty ? "none was given" : "found '\(self.operands.joined(separator: " "))'"
            throw Self.usage("'apus \(verb.name)' \(wanted), \(found)", verb)
        }
    }

    /// The value of an option, nil when it was not given.
    func value(_ option: String) -> String? { self.values[option]?.last }

    /// All values of an option that may be repeated.
    func all(_ option: String) -> [String] { self.values[option] ?? [] }

    /// Whether an option was given.
    func has(_ option: String) -> Bool { self.values[option] != nil }

    private mutating func add(_ value: String, to option: VerbOption, _ verb: any Verb.Type) throws(VerbError) {
        guard option.isRepeatable || self.values[option.name] == nil else {
            throw Self.usage("\(option.name) was given twice", verb)
        }
        self.values[option.name, default: []].append(value)
    }

    private static func unknown(_ name: String, _ verb: any Verb.Type) -> VerbError {
        let near = Suggestion.nearest(to: name, among: verb.options.map(\.name) + ["--help"])
        let question = near.map { "; did you mean '\($0)'?" } ?? ""
        return Self.usage("'apus \(verb.name)' has no option '\(name)'\(question)", verb)
    }

    private static func usage(_ message: String, _ verb: any Verb.Type) -> VerbError {
        VerbError(message, hint: "Try 'apus \(verb.name) --help'.", code: ExitCode.usage)
    }
}
