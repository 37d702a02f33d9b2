/// One setting as the help lists it.
package struct SettingDeclaration: Sendable, Equatable {
    /// The variable's name.
    package let name: String
    /// What its text must look like.
    package let type: String
    /// The default in words.
    package let fallback: String
    /// What it is for, a sentence.
    package let meaning: String
}

/// One thing that is wrong with the settings.
package struct SettingProblem: Sendable, Equatable, CustomStringConvertible {
    /// The variable's name.
    package let name: String
    /// What was expected.
    package let expected: String
    /// What was found instead; never a secret.
    package let found: String
    /// What to do about it.
    package let remedy: String

    /// All of it in one line.
    package var description: String {
        "\(self.name): expected \(self.expected), found \(self.found); \(self.remedy)."
    }
}
