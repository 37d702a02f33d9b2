import Events
import Glibc

/// Which monitors of the board are wanted; what is left empty excludes none.
struct BoardFilter: Sendable, Hashable {
    /// All of them must stand in name, target, group or tags; from ``SearchText``.
    var words: [[UInt8]] = []
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

    /// Whether it asks for states only, or for nothing.
    var isOnlyStates: Bool {
        self == BoardFilter(states: self.states, includesDegraded: self.includesDegraded)
    }

    /// Whether it asks for nothing but one state, of which the board keeps a list.
    var onlyState: State? {
        guard self.states.count == 1, let state = self.states.first, self == BoardFilter(states: [state]) else {
            return nil
        }
        return state
    }
}

extension BoardFilter {
    /// What ``init(search:states:tags:groups:regions:)`` takes for a state.
    static let stateNames = State.allCases.map(\.rawValue) + ["degraded"]

    /// The filter that a request's texts ask for; `states` are ``stateNames``, others ask for nothing.
    init(search: String, states: [String], tags: [String], groups: [String], regions: [String]) {
        self.words = SearchText.words(search)
        self.states = Set(states.compactMap(State.init(rawValue:)))
        self.includesDegraded = states.contains("degraded")
        self.tags = Set(tags)
        self.groups = Set(groups)
        self.regions = Set(regions)
    }
}

/// A filter made ready to be asked many times.
struct BoardMatcher {
    private let filter: BoardFilter
    /// The places in the order of badness that are wanted.
    private let badnesses: [Bool]

    init(_ filter: BoardFilter) {
        self.filter = filter
        let isAny = filter.states.isEmpty && !filter.includesDegraded
        var badnesses = [Bool](repeating: isAny, count: StateCounts.badnesses)
        for state in filter.states {
            for isDegraded in [false, true] { badnesses[StateCounts.badness(state, isDegraded: isDegraded)] = true }
        }
        if filter.includesDegraded {
            for state in State.allCases { badnesses[StateCounts.badness(state, isDegraded: true)] = true }
        }
        self.badnesses = badnesses
    }

    /// Whether this place in the order of badness is one that is wanted.
    func matches(badness: Int) -> Bool { self.badnesses[badness] }

    /// Whether the state, at `now` (Unix ms), is one that is wanted.
    func matchesState(_ entry: BoardEntry, now: Int64) -> Bool { self.badnesses[entry.badness(at: now)] }

    /// Whether everything but the state is as wanted.
    func matchesFacts(_ facts: BoardFacts) -> Bool {
        let filter = self.filter
        if !filter.groups.isEmpty, !filter.groups.contains(facts.group ?? "") { return false }
        if !filter.tags.isEmpty, !facts.tags.contains(where: filter.tags.contains) { return false }
        if !filter.regions.isEmpty, !facts.regions.contains(where: filter.regions.contains) { return false }
        return filter.words.allSatisfy { Self.contains(facts.text, $0) }
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
