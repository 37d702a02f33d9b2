import Events

extension QueryReader {
    /// Which monitors of the board are wanted: `q`, `state`, `tag`, `group` and `region`.
    func boardFilter() -> BoardFilter {
        var filter = BoardFilter()
        let search = self.value("q", "Must be at most 200 characters.") { $0.unicodeScalars.count <= 200 ? $0 : nil }
        filter.words = SearchText.words(search ?? "")
        let states = self.list("state")
        let expected = State.allCases.map(\.rawValue).joined(separator: ", ")
        for text in states ?? [] where !text.contains(",") {
            if let state = State(rawValue: text) {
                filter.states.insert(state)
            } else if text == "degraded" {
                filter.includesDegraded = true
            } else {
                self.fault("state", "Must be one or more of \(expected), degraded.")
                break
            }
        }
        filter.tags = Set(self.list("tag") ?? [])
        filter.groups = Set(self.list("group") ?? [])
        filter.regions = Set(self.list("region") ?? [])
        return filter
    }
}
