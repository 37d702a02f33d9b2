import Service

/// The pages that `apus help` and `apus VERB --help` show.
enum VerbHelp {
    /// What `apus` is, and its verbs.
    static func overview(_ verbs: [any Verb.Type]) -> String {
        let width = verbs.map { $0.name.count }.max() ?? 0
        let list = verbs.map { verb in
            "    \(verb.name)\(String(repeating: " ", count: width - verb.name.count))   \(verb.summary)"
        }
        return """
            NAME
                apus - watches websites and services and tells people when they go down

            SYNOPSIS
                apus VERB [OPTION ...]
                apus VERB --help
                apus --version

            VERBS
            \(list.joined(separator: "\n"))

            EXAMPLES
                apus up                          Start everything on this machine.
                apus add https://example.com     Watch a website.
                apus check https://example.com   Probe it once, from here.
                apus up --help                   Read about one verb.

            \(Self.exitStatus)
            """
    }

    /// A verb's manual page.
    static func page(_ verb: any Verb.Type) -> String {
        let operands = verb.operands.isEmpty ? "" : " \(verb.operands)"
        let options = verb.options.isEmpty ? "" : " [OPTION ...]"
        var page = """
            NAME
                apus \(verb.name) - \(verb.summary)

            SYNOPSIS
                apus \(verb.name)\(options)\(operands)

            DESCRIPTION
            \(verb.description.map { Paragraph.wrap($0, indent: 4) }.joined(separator: "\n\n"))

            OPTIONS

            """
        for option in verb.options + [VerbOption("--help", "Shows this page.")] {
            page += "    \(option.name)\(option.value.map { " " + $0 } ?? "")\n"
            page +=
                Paragraph.wrap(option.meaning + (option.isRepeatable ? " May be repeated." : ""), indent: 8) + "\n\n"
        }
        return page + Self.exitStatus
    }

    private static let exitStatus = """
        EXIT STATUS
            0   done
            1   the answer is no, as from a check that failed
            2   the answer is not known, as from a check that could not judge
            64  the command line is wrong
            69  something that is needed can't be had, as a port or a server
            70  a fault of the program
            78  the settings are wrong

        """
}
