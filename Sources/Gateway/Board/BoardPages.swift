import Events

/// The pages that were asked for of late, each until something on it changes.
///
/// A change looks at every page that is kept, which costs it some nanoseconds each; readers have only to find theirs.
struct BoardPages: Sendable {
    /// Beyond these all are forgotten: to make one anew takes microseconds.
    private static let most = 256
    private static let mostBytes = 32 << 20

    private var pages: [String: BoardPage] = [:]
    private var bytes = 0

    /// The page that is kept under a name.
    func page(_ name: String) -> BoardPage? { self.pages[name] }

    /// Keeps a page under the name that is asked for next time.
    mutating func keep(_ page: BoardPage, as name: String) {
        if self.pages.count >= Self.most || self.bytes + page.size > Self.mostBytes { self.forgetAll() }
        if let former = self.pages.updateValue(page, forKey: name) { self.bytes -= former.size }
        self.bytes += page.size
    }

    /// Forgets the pages that show a monitor in `state`, or would.
    mutating func forget(_ id: Int64, _ state: State) {
        guard self.pages.values.contains(where: { $0.depends(on: id, state) }) else { return }
        for (name, page) in self.pages where page.depends(on: id, state) {
            self.pages[name] = nil
            self.bytes -= page.size
        }
    }

    /// Forgets all pages.
    mutating func forgetAll() {
        self.pages = [:]
        self.bytes = 0
    }
}
