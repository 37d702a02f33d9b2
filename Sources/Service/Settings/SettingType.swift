/// What a setting's text must look like, and the value it stands for.
package struct SettingType<Value: Sendable>: Sendable {
    /// What is expected, as in "an integer from 1 to 10".
    package let expectation: String
    /// Whether found text must not be shown in errors and help.
    package let isSecret: Bool
    /// The value of a text, nil when it is not what is expected.
    package let parse: @Sendable (String) -> Value?
    /// A value as text, for the help's defaults.
    package let show: @Sendable (Value) -> String
    /// Stands in for a missing value until all problems are collected; never used by a program that runs.
    package let placeholder: Value

    /// A type of one's own.
    package init(
        expectation: String,
        isSecret: Bool = false,
        placeholder: Value,
        parse: @escaping @Sendable (String) -> Value?,
        show: @escaping @Sendable (Value) -> String
    ) {
        self.expectation = expectation
        self.isSecret = isSecret
        self.placeholder = placeholder
        self.parse = parse
        self.show = show
    }
}

extension SettingType where Value == String {
    /// Any text.
    package static var text: Self {
        Self(expectation: "text", placeholder: "", parse: { $0 }, show: { $0 })
    }

    /// An address to listen on or connect to, `host:port`; `[::1]:80` for IPv6.
    package static var hostAndPort: Self {
        Self(
            expectation: "an address as host:port",
            placeholder: "127.0.0.1:0",
            parse: { HostAndPort($0) == nil ? nil : $0 },
            show: { $0 }
        )
    }
}

extension SettingType where Value == Secret {
    /// Text that is never shown.
    package static var secret: Self {
        Self(
            expectation: "secret text",
            isSecret: true,
            placeholder: Secret(""),
            parse: { Secret($0) },
            show: { $0.description }
        )
    }
}

extension SettingType where Value == Int64 {
    /// An integer within limits.
    package static func integer(_ range: ClosedRange<Int64>) -> Self {
        Self(
            expectation: "an integer from \(range.lowerBound) to \(range.upperBound)",
            placeholder: range.lowerBound,
            parse: { text in Int64(text).flatMap { range.contains($0) ? $0 : nil } },
            show: { String($0) }
        )
    }
}

extension SettingType where Value == Bool {
    /// `true` or `false`.
    package static var flag: Self {
        Self(
            expectation: "true or false",
            placeholder: false,
            parse: { text in text == "true" ? true : text == "false" ? false : nil },
            show: { $0 ? "true" : "false" }
        )
    }
}

extension SettingType where Value == [String] {
    /// Texts with commas between; spaces around them and empty ones don't count.
    package static var list: Self {
        Self(
            expectation: "a list with commas between",
            placeholder: [],
            parse: { text in
                text.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
            },
            show: { $0.joined(separator: ",") }
        )
    }
}

extension SettingType where Value: CaseIterable & RawRepresentable<String> {
    /// One of the words of an enumeration.
    package static var word: Self {
        let words = Value.allCases.map(\.rawValue)
        guard let first = Value.allCases.first else { preconditionFailure("an enumeration without cases") }
        return Self(
            expectation: "one of " + words.joined(separator: ", "),
            placeholder: first,
            parse: { Value(rawValue: $0) },
            show: { $0.rawValue }
        )
    }
}

extension Substring {
    /// The text without spaces at its ends.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
