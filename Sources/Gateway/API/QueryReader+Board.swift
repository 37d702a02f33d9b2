extension QueryReader {
    /// Which monitors of the board are wanted: `q`, `state`, `tag`, `group` and `region`.
    func boardFilter() -> BoardFilter {
        let search = self.value("q", "Must be at most 200 characters.") { $0.unicodeScalars.count <= 200 ? $0 : nil }
        let states = (self.list("state") ?? []).filter { !$0.contains(",") }
        if !states.allSatisfy(BoardFilter.stateNames.contains) {
            self.fault("state", "Must be one or more of \(BoardFilter.stateNames.joined(separator: ", ")).")
        }
        return BoardFilter(
            search: search ?? "",
            states: states,
            tags: self.list("tag") ?? [],
            groups: self.list("group") ?? [],
            regions: self.list("region") ?? []
        )
    }
}
