import Crypto
import HTTPServer
import Synchronization

/// Tells clients of Server-Sent Events what changes on the board.
///
/// Changes of state and incidents go to all, every status to those that named its monitor. Bounded rings hold what a
/// client that comes back may have missed.
///
/// Any thread may subscribe; publishing is the board's, one at a time.
final class LiveEvents: Sendable {
    /// A status that is new.
    struct StatusChange: Sendable {
        let monitor: Int64
        /// The JSON object.
        let body: SharedBytes
        /// A JSON array of the results that led to it, for those who named the monitor.
        let results: [UInt8]?
        /// Whether all clients hear of it, or only those that named the monitor.
        let isChangeOfState: Bool
    }

    private final class Follower: Sendable {
        let stream: EventStream
        let monitors: Set<Int64>

        init(_ stream: EventStream, _ monitors: Set<Int64>) {
            self.stream = stream
            self.monitors = monitors
        }
    }

    private struct Contents {
        var number: UInt64 = 0
        var isStale = true
        var changes: EventRing
        var results: EventRing
        var followers: [ObjectIdentifier: Follower] = [:]
        var byMonitor: [Int64: [ObjectIdentifier: Follower]] = [:]
    }

    /// How many bytes a client may be behind before it is cut off, and how many of them it may be told at once.
    private static let bufferLimit = 512 * 1024
    private static let replayLimit = 256 * 1024

    /// Tells the numbers of this process from those of others and of former ones.
    private let epoch: String
    private let contents: Mutex<Contents>

    /// No clients, no events; each ring holds this many.
    init(capacity: Int = 4_096) {
        self.epoch = Hex.encode(SecureRandom.bytes(6))
        self.contents = Mutex(
            Contents(changes: EventRing(capacity: capacity), results: EventRing(capacity: capacity))
        )
    }

    /// How many clients listen.
    var count: Int { self.contents.withLock { $0.followers.count } }

    /// Opens a stream that tells changes, and every status of these monitors.
    ///
    /// `lastEventID` is what the client says it heard last: it is told what came after, or `reset` where that is not
    /// known any more; then it has to read anew what it shows. A client without one is told `ready`.
    func subscribe(monitors: Set<Int64>, lastEventID: String?) -> EventStream {
        let stream = EventStream(bufferLimit: Self.bufferLimit)
        let follower = Follower(stream, monitors)
        let key = ObjectIdentifier(follower)
        self.contents.withLock { contents in
            // The stream has no connection yet: nothing here waits for anyone.
            for event in self.greeting(lastEventID, monitors, contents) { stream.send(event) }
            contents.followers[key] = follower
            for monitor in monitors { contents.byMonitor[monitor, default: [:]][key] = follower }
        }
        stream.onClose { [weak self] in self?.forget(key, monitors) }
        return stream
    }

    /// Tells of a status.
    func publish(_ change: StatusChange) {
        let body = change.body.bytes
        var detailed = body
        if let results = change.results {
            detailed.removeLast()
            detailed.append(contentsOf: ",\"results\":".utf8)
            detailed.append(contentsOf: results)
            detailed.append(UInt8(ascii: "}"))
        }
        let (plain, full, others, named) = self.contents.withLock { contents in
            contents.number += 1
            let (number, id) = (contents.number, self.id(contents.number))
            let full = ServerSentEvent(name: "status", id: id, data: detailed)
            contents.results.append(EventRing.Item(number: number, monitor: change.monitor, event: full))
            let named = Array((contents.byMonitor[change.monitor] ?? [:]).values)
            guard change.isChangeOfState else { return (full, full, [Follower](), named) }
            let plain = ServerSentEvent(name: "status", id: id, data: body)
            contents.changes.append(EventRing.Item(number: number, monitor: change.monitor, event: plain))
            let others = contents.followers.values.filter { !$0.monitors.contains(change.monitor) }
            return (plain, full, others, named)
        }
        // Outside of the lock: a connection that closes takes it.
        for follower in others { follower.stream.send(plain) }
        for follower in named { follower.stream.send(full) }
    }

    /// Tells all of an incident, a JSON object.
    func publish(incident: [UInt8]) { self.toAll("incident", incident) }

    /// Tells all that a monitor is gone.
    func publish(deleted monitor: Int64) { self.toAll("deleted", Array("{\"monitor\":\(monitor)}".utf8)) }

    /// Tells all whether what they see may be old.
    func publish(stale: Bool) {
        self.contents.withLock { $0.isStale = stale }
        self.toAll("stale", Self.staleness(stale))
    }

    /// Ends all streams.
    func close() {
        for follower in self.contents.withLock({ Array($0.followers.values) }) { follower.stream.close() }
    }

    private func toAll(_ name: String, _ data: [UInt8]) {
        let (event, followers) = self.contents.withLock { contents in
            contents.number += 1
            let event = ServerSentEvent(name: name, id: self.id(contents.number), data: data)
            // No monitor has the number 0: such an event is never left out in favour of a more detailed one.
            contents.changes.append(EventRing.Item(number: contents.number, monitor: 0, event: event))
            return (event, Array(contents.followers.values))
        }
        for follower in followers { follower.stream.send(event) }
    }

    private func greeting(_ lastEventID: String?, _ monitors: Set<Int64>, _ contents: Contents) -> [ServerSentEvent] {
        let now = self.id(contents.number)
        guard let lastEventID else {
            return [ServerSentEvent(name: "ready", id: now, data: Self.staleness(contents.isStale))]
        }
        let reset = ServerSentEvent(name: "reset", id: now, data: Self.staleness(contents.isStale))
        guard let number = self.number(lastEventID), number <= contents.number,
            let changes = contents.changes.after(number)
        else { return [reset] }
        var missed = changes
        if !monitors.isEmpty {
            guard let results = contents.results.after(number) else { return [reset] }
            missed.removeAll { monitors.contains($0.monitor) }
            missed += results.filter { monitors.contains($0.monitor) }
            missed.sort { $0.number < $1.number }
        }
        guard missed.reduce(0, { $0 + $1.event.bytes.count }) <= Self.replayLimit else { return [reset] }
        return missed.map(\.event)
    }

    private func forget(_ key: ObjectIdentifier, _ monitors: Set<Int64>) {
        self.contents.withLock { contents in
            contents.followers[key] = nil
            for monitor in monitors {
                contents.byMonitor[monitor]?[key] = nil
                if contents.byMonitor[monitor]?.isEmpty == true { contents.byMonitor[monitor] = nil }
            }
        }
    }

    private func id(_ number: UInt64) -> String { "\(self.epoch)-\(number)" }

    /// The number in an id of this process; `nil` for all others.
    private func number(_ id: String) -> UInt64? {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == self.epoch else { return nil }
        return UInt64(parts[1])
    }

    private static func staleness(_ stale: Bool) -> [UInt8] { Array("{\"stale\":\(stale)}".utf8) }
}
