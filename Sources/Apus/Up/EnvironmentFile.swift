/// Settings as a file that both a shell (`set -a; . env`) and a line-wise reader understand.
enum EnvironmentFile {
    /// One `NAME=value` a line, by name; values that a shell would change are quoted.
    static func text(_ variables: [String: String]) -> String {
        variables.keys.sorted().map { "\($0)=\(Self.quoted(variables[$0] ?? ""))\n" }.joined()
    }

    /// The variables of such a text; comments and what is no assignment are left out.
    static func variables(_ text: String) -> [String: String] {
        var variables: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            variables[String(line[..<equals])] = Self.unquoted(line[line.index(after: equals)...])
        }
        return variables
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "%+,-./:=@_?".utf8.contains(byte)
            }
        }
        // A line is one assignment, so a line feed, which no setting needs, becomes a space.
        return isPlain ? value : "'" + value.replacing("\n", with: " ").replacing("'", with: "'\\''") + "'"
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.hasPrefix("'"), text.hasSuffix("'"), text.count >= 2 else { return String(text) }
        return String(text.dropFirst().dropLast()).replacing("'\\''", with: "'")
    }
}
