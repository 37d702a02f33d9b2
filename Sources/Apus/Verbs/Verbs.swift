/// All verbs, in the order of the help.
enum Verbs {
    static var all: [any Verb.Type] {
        [
            UpVerb.self,
            AddVerb.self,
            StatusVerb.self,
            ListVerb.self,
            UserVerb.self,
            CheckVerb.self,
            MockVerb.self,
        ]
    }
}
