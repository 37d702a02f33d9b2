import Service
import Testing

@testable import Apus

@Suite struct CommandTests {
    private func parse(_ arguments: String...) throws(VerbError) -> VerbArguments {
        try VerbArguments(arguments, for: SampleVerb.self)
    }

    private func message(_ arguments: String...) -> String? {
        do throws(VerbError) {
            _ = try VerbArguments(arguments, for: SampleVerb.self)
            return nil
        } catch {
            return error.code == ExitCode.usage ? error.message : "another code"
        }
    }

    @Test func `options and operands are told apart`() throws {
        let arguments = try self.parse("--region", "eu", "URL", "--region=us", "--json", "--", "--x")
        #expect(arguments.all("--region") == ["eu", "us"])
        #expect(arguments.has("--json"))
        #expect(arguments.value("--data") == nil)
        #expect(arguments.operands == ["URL", "--x"])
    }

    @Test func `mistakes are named`() {
        #expect(self.message("--jsn", "URL") == "'apus sample' has no option '--jsn'; did you mean '--json'?")
        #expect(self.message("--wholly-other", "URL") == "'apus sample' has no option '--wholly-other'")
        #expect(self.message("URL", "--data") == "--data needs a value: --data FOLDER")
        #expect(self.message("URL", "--json=1") == "--json takes no value")
        #expect(self.message("--data", "a", "--data", "b", "URL") == "--data was given twice")
        #expect(self.message() == "'apus sample' expects URL, none was given")
        #expect(self.message("a", "b", "c") == "'apus sample' expects URL, found 'a b c'")
    }

    @Test func `a near word is suggested and a far one is not`() {
        let words = ["up", "mock", "status", "check"]
        #expect(Suggestion.nearest(to: "moc", among: words) == "mock")
        #expect(Suggestion.nearest(to: "staus", among: words) == "status")
        #expect(Suggestion.nearest(to: "statistics", among: words) == nil)
        #expect(Suggestion.nearest(to: "xy", among: words) == nil)
    }

    @Test func `a verb's help is a manual page`() {
        #expect(
            VerbHelp.page(SampleVerb.self).hasPrefix(
                """
                NAME
                    apus sample - shows how verbs look

                SYNOPSIS
                    apus sample [OPTION ...] URL

                DESCRIPTION
                    One paragraph.

                    Another.

                OPTIONS
                    --data FOLDER
                        Where.

                    --region NAME
                        Which. May be repeated.

                    --json
                        As JSON.

                    --help
                        Shows this page.

                EXIT STATUS
                    0   done

                """
            )
        )
    }

    @Test func `every verb's help fits a terminal`() {
        for verb in Verbs.all {
            let page = VerbHelp.page(verb)
            #expect(page.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(verb.name)")
            #expect(VerbHelp.overview(Verbs.all).contains("    \(verb.name)"))
            #expect(!verb.summary.hasSuffix("."))
        }
    }
}

private struct SampleVerb: Verb {
    static let name = "sample"
    static let summary = "shows how verbs look"
    static let operands = "URL"
    static let operandCount = 1...2
    static let description = ["One paragraph.", "Another."]
    static let options = [
        VerbOption("--data", value: "FOLDER", "Where."),
        VerbOption("--region", value: "NAME", isRepeatable: true, "Which."),
        VerbOption("--json", "As JSON."),
    ]

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 { 0 }
}
