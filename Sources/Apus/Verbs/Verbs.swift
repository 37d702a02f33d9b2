/// All verbs, in the order of the help.
enum Verbs {
    static var all: [any Verb.Type] {
        [
            UpVerb.self,
            MockVerb.self,
        ]
    }
}
