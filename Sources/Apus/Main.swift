import Glibc
import Service

@main
struct Main {
    static func main() {
        Signals.block()
        var arguments = CommandLine.arguments.dropFirst()
        let word = arguments.popFirst() ?? "help"
        switch word {
        case "help", "--help", "-h":
            print(VerbHelp.overview(Verbs.all), terminator: "")
        case "--version", "version":
            print("apus \(Version.current)")
        default:
            exit(Self.run(word, Array(arguments)))
        }
    }

    private static func run(_ word: String, _ arguments: [String]) -> Int32 {
        guard let verb = Verbs.all.first(where: { $0.name == word }) else {
            let near = Suggestion.nearest(to: word, among: Verbs.all.map { $0.name })
            let question = near.map { "; did you mean '\($0)'?" } ?? "."
            printError("apus: there is no verb '\(word)'\(question)\nTry 'apus --help'.\n")
            return ExitCode.usage
        }
        if arguments.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            print(VerbHelp.page(verb), terminator: "")
            return 0
        }
        do throws(VerbError) {
            return try verb.run(VerbArguments(arguments, for: verb))
        } catch {
            let end = error.message.hasSuffix("?") ? "" : "."
            printError("apus: \(error.message)\(end)\n" + (error.hint.isEmpty ? "" : error.hint + "\n"))
            return error.code
        }
    }
}
