/// A program's manual page, made from the declarations of its settings.
package struct SettingsHelp: Sendable {
    private let name: String
    private let summary: String
    private let declarations: [SettingDeclaration]

    /// Help for the program `name`; `summary` is one sentence without a full stop.
    package init(name: String, summary: String, declarations: [SettingDeclaration]) {
        self.name = name
        self.summary = summary
        self.declarations = declarations
    }

    /// The page, wrapped to 80 columns.
    package var text: String {
        var page = """
            NAME
                \(self.name) - \(self.summary)

            SYNOPSIS
                \(self.name) [--help | --version]

            DESCRIPTION
            \(Paragraph.wrap(Self.description, indent: 4))

            ENVIRONMENT

            """
        for setting in self.declarations {
            page += "    \(setting.name)\n"
            page += Paragraph.wrap(setting.meaning, indent: 8) + "\n"
            let fallback = setting.fallback.isEmpty ? "not set" : setting.fallback
            page += Paragraph.wrap("Type: \(setting.type). Default: \(fallback).", indent: 8) + "\n\n"
        }
        return page + """
            EXIT STATUS
                0   stopped by SIGTERM or SIGINT, everything was finished
                64  the command line is wrong
                69  something that is needed can't be had, as a port or a server
                70  a fault, or not stopped within 10 seconds
                78  the settings are wrong; standard error says which and how to mend them

            """
    }

    private static let description = """
        All settings are variables of the environment, checked at the start; all problems are reported at once. \
        NAME_FILE names a file that holds the value of NAME, for secrets. An empty variable counts as not set.
        """
}

/// Text set in lines.
package enum Paragraph {
    /// Breaks a text between words into lines of at most 80 columns, each indented.
    package static func wrap(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty && indent + line.count + 1 + word.count > 80 {
                lines.append(margin + line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        if !line.isEmpty { lines.append(margin + line) }
        return lines.joined(separator: "\n")
    }
}
