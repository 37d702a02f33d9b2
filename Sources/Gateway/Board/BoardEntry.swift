import Events
import HTTPServer
import Latest
import Synchronization

/// What the board holds of one monitor: its status as the API answers it, rendered once and served to many.
///
/// Never changes; a class, so that a page of a hundred of them is a hundred references and no more.
final class BoardEntry: Sendable {
    let id: Int64
    /// The place in the log that it was made from, of two the greater one is the truth; `nil`: the definition alone.
    let point: LatestPoint?
    /// What is shown; `unknown` also when nothing newer came in time.
    let state: State
    /// The place of the state in the order of badness.
    let badness: Int
    /// From when on, Unix ms, `unknown` is the truth unless something newer comes; `nil`: the state does not age.
    let unknownFrom: Int64?
    /// The partition's time when the status was made, Unix ms.
    let asOf: Int64
    /// The JSON object.
    let body: SharedBytes
    /// Where in the body the members `state` to `since` lie, which change when the status grows too old.
    let verdict: Range<Int>
    /// Whether it is shown as unknown only because nothing newer came.
    let hasGrownOld: Bool
    /// What it is found and sorted by.
    let facts: BoardFacts
    private let prepared = AtomicLazyReference<PreparedResponse>()

    init(
        id: Int64,
        point: LatestPoint?,
        state: State,
        unknownFrom: Int64?,
        asOf: Int64,
        body: SharedBytes,
        verdict: Range<Int>,
        facts: BoardFacts,
        hasGrownOld: Bool = false
    ) {
        self.id = id
        self.point = point
        self.state = state
        self.badness = StateCounts.badness(state, isDegraded: facts.isDegraded)
        self.unknownFrom = unknownFrom
        self.asOf = asOf
        self.body = body
        self.verdict = verdict
        self.facts = facts
        self.hasGrownOld = hasGrownOld
    }

    /// The answer that shows it, which `render` makes the first time.
    func response(_ render: (BoardEntry) -> HTTPResponse) -> HTTPResponse {
        if let prepared = self.prepared.load() { return prepared.response }
        return self.prepared.storeIfNil(PreparedResponse(render(self))).response
    }

    /// Whether the status is too old to be shown at `now`, Unix ms (design §2.7).
    func isTooOld(_ now: Int64) -> Bool { self.unknownFrom.map { $0 <= now } ?? false }

    /// The state to be shown at `now`, Unix ms.
    func state(at now: Int64) -> State { self.isTooOld(now) ? .unknown : self.state }

    /// Whether it is up but slow at `now`, Unix ms.
    func isDegraded(_ now: Int64) -> Bool { self.facts.isDegraded && !self.isTooOld(now) }

    /// The place in the order of badness of what is to be shown at `now`, Unix ms.
    func badness(at now: Int64) -> Int {
        self.isTooOld(now) ? StateCounts.badness(.unknown, isDegraded: false) : self.badness
    }

    /// Since when, Unix ms, what is shown at `now` holds.
    func since(_ now: Int64) -> Int64 {
        guard let unknownFrom = self.unknownFrom, unknownFrom <= now else { return self.facts.since }
        return unknownFrom
    }

    /// Until when, Unix ms, something is known of the monitor: `now`, unless the status has grown too old.
    func knownUntil(_ now: Int64) -> Int64 {
        self.hasGrownOld || self.isTooOld(now) ? min(now, self.asOf) : now
    }

    /// Itself as it is to be shown at `now`, Unix ms.
    func shown(at now: Int64) -> BoardEntry { self.isTooOld(now) ? self.grownOld() : self }

    /// The same monitor as `unknown` since its status grew too old; itself where the state does not age.
    func grownOld() -> BoardEntry {
        guard let unknownFrom = self.unknownFrom else { return self }
        let bytes = self.body.bytes
        let verdict = StatusRendering.verdict(.unknown, degraded: false, since: unknownFrom)
        var body = Array(bytes[..<self.verdict.lowerBound])
        body.append(contentsOf: verdict)
        body.append(contentsOf: bytes[self.verdict.upperBound...])
        return BoardEntry(
            id: self.id,
            point: self.point,
            state: .unknown,
            unknownFrom: nil,
            asOf: self.asOf,
            body: SharedBytes(body),
            verdict: self.verdict.lowerBound..<self.verdict.lowerBound + verdict.count,
            facts: self.facts.grownOld(since: unknownFrom),
            hasGrownOld: true
        )
    }
}
