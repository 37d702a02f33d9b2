import Events
import HTTPServer
import Synchronization

/// A page of statuses as the board was at one moment; never changes.
///
/// The answer that shows it is made when it is first asked for, and serves all who ask while the page is kept.
final class BoardPage: Sendable {
    /// The statuses in the order of their ids.
    let entries: [BoardEntry]
    /// The id after which the next page begins; `nil`: this is the last one.
    let next: Int64?
    /// Whether changes may have been missing.
    let isStale: Bool
    /// About how many bytes the answer has.
    let size: Int
    private let query: BoardQuery
    private let end: Int64
    private let validUntil: Int64
    private let prepared = AtomicLazyReference<PreparedResponse>()

    /// A page of what was found for `query` at `now`, Unix ms.
    ///
    /// `end` is the first id behind the page, `nil` where there is none.
    init(_ query: BoardQuery, _ found: [BoardEntry], end: Int64?, isStale: Bool, now: Int64) {
        // With a filter, what has grown too old no longer belongs here; the sweep is about to move it.
        let shown = query.state == nil ? found : found.filter { !$0.isTooOld(now) }
        self.entries = shown.map { $0.shown(at: now) }
        self.next = end == nil ? nil : found.last?.id
        self.isStale = isStale
        self.size = self.entries.reduce(64) { $0 + $1.body.count + 1 }
        self.query = query
        self.end = end ?? .max
        self.validUntil = self.entries.reduce(.max) { min($0, $1.unknownFrom ?? .max) }
    }

    /// Whether nothing on it has grown too old at `now`, Unix ms.
    func isCurrent(_ now: Int64) -> Bool { now < self.validUntil }

    /// Whether the page is another one once this monitor comes into, changes in or leaves `state`.
    func depends(on id: Int64, _ state: State) -> Bool {
        id > self.query.after && id <= self.end && self.query.matches(state)
    }

    /// The answer, which `render` makes the first time.
    func response(_ render: (BoardPage) -> HTTPResponse) -> HTTPResponse {
        if let prepared = self.prepared.load() { return prepared.response }
        return self.prepared.storeIfNil(PreparedResponse(render(self))).response
    }
}
