import Events
import Glibc

/// Which monitors of the board are wanted; what is left empty excludes none.
struct BoardFilter: Sendable, Hashable {
    /// All of them must stand in name, target, group or tags; lower case.
    var words: [String] = []
    /// Any of these states.
    var states: Set<State> = []
    /// Also, beside ``states``, what is up but slow.
    var includesDegraded = false
    /// Any of these tags.
    var tags: Set<String> = []
    /// Any of these groups; the empty one stands for monitors without a group.
    var groups: Set<String> = []
    /// Seen from any of these regions.
    var regions: Set<String> = []

    /// Whether it excludes none.
    var isEmpty: Bool { self == BoardFilter() }

    /// Whether it asks for nothing but one state, of which the board keeps a list.
    var onlyState: State? {
        guard self.states.count == 1, let state = self.states.first, self == BoardFilter(states: [state]) else {
            return nil
        }
        return state
    }
}

/// A filter made ready to be asked many times.
struct BoardMatcher {
    private let filter: BoardFilter
    private let needles: [[UInt8]]

    init(_ filter: BoardFilter) {
        self.filter = filter
        self.needles = filter.words.map { Array($0.utf8) }
    }

    /// Whether the state, at `now` (Unix ms), is one that is wanted.
    func matchesState(_ entry: BoardEntry, now: Int64) -> Bool {
        if self.filter.states.isEmpty, !self.filter.includesDegraded { return true }
        if self.filter.includesDegraded, entry.isDegraded(now) { return true }
        return self.filter.states.contains(entry.state(at: now))
    }

    /// Whether everything but the state is as wanted.
    func matchesFacts(_ facts: BoardFacts) -> Bool {
        let filter = self.filter
        if !filter.groups.isEmpty, !filter.groups.contains(facts.group ?? "") { return false }
        if !filter.tags.isEmpty, !facts.tags.contains(where: filter.tags.contains) { return false }
        if !filter.regions.isEmpty, !facts.regions.contains(where: filter.regions.contains) { return false }
        return self.needles.allSatisfy { Self.contains(facts.text, $0) }
    }

    private static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        return unsafe text.withUnsafeBytes { text in
            unsafe needle.withUnsafeBytes { needle in
                guard let word = needle.baseAddress, var start = text.baseAddress else { return false }
                let end = unsafe start + text.count
                while unsafe end - start >= needle.count,
                    let hit = unsafe memchr(start, Int32(first), end - start - needle.count + 1)
                {
                    if unsafe memcmp(hit, word, needle.count) == 0 { return true }
                    unsafe start = UnsafeRawPointer(hit) + 1
                }
                return false
            }
        }
    }
}
