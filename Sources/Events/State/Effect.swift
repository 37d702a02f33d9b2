/// What one step of the log does to the world; the order within a step is the order in which they apply.
///
/// Both projections get all of them and ignore what is not theirs. Replaying the same records gives the same effects
/// with the same ids, so every one may be applied twice. The large cases are rare and lie apart.
package enum Effect: Sendable, Hashable {
    /// What became of the result that was stepped; exactly one per result record.
    case judged(Disposition)
    /// A result that the log implies: a push that was heard (region `push`, slot: when), or one that was missed
    /// (`down`, `missed`; slot: the deadline). The processor stores it like a published one.
    indirect case derived(CheckResult, Disposition)
    /// The definition of a monitor is new; `nil`: it was deleted.
    indirect case defined(monitor: Int64, Monitor?)
    /// The monitor's state changed.
    case changed(Transition)
    /// A correction of the spans from which availability is computed.
    case span(SpanCorrection)
    /// An incident began: announce it.
    case opened(Incident)
    /// An incident ended: announce it. `endedAt` and `resolution` are set.
    case resolved(Incident)
    /// The monitor is still DOWN, `number` (from 1) reminder intervals after the incident was confirmed.
    case reminded(Incident, number: Int)
    /// A person did something about an incident, open or not.
    case acted(incident: String, Action)
    /// Something in the monitor's status document is new; once per monitor and step, the last of its effects.
    case statusChanged(monitor: Int64)
}

/// What became of a result.
///
/// A duplicate is finally recognised by the primary key in PostgreSQL.
package enum Disposition: String, Sendable, Hashable, CaseIterable {
    /// Newer than everything of its monitor and region: it moved the watermark and was judged.
    case fresh
    /// As ``fresh``, but the region was blind and nothing had answered: judged as if `unknown`.
    case annulled
    /// The watermark's own identity once more.
    case duplicate
    /// Older than the watermark: corrects history, never state.
    case late
    /// Of another generation than the monitor's: history only.
    case staleGeneration
    /// The monitor is paused: history only.
    case paused
    /// No definition of the monitor was seen: counted and dropped.
    case unknownMonitor
    /// The monitor was deleted: counted and dropped.
    case deletedMonitor

    /// Whether the result is kept in history.
    package var isHistory: Bool { self != .unknownMonitor && self != .deletedMonitor }
}

/// The state of a monitor as it is shown.
package enum State: String, Sendable, Hashable, CaseIterable {
    /// No confirmed verdict yet.
    case new
    /// Confirmed good.
    case up
    /// Was good or new, and a region is failing, but not yet enough of them.
    case pending
    /// Confirmed bad.
    case down
    /// Was bad, and enough regions succeed again, but not yet often enough.
    case recovering
    /// Nobody who can be trusted watches it.
    case unknown
    /// Not watched, by a person's wish.
    case paused
}

/// A change of a monitor's state.
package struct Transition: Sendable, Hashable {
    /// Whose.
    package var monitor: Int64
    /// The state before.
    package var from: State
    /// The state now.
    package var to: State
    /// The partition's time when it was decided, Unix ms.
    package var at: Int64
    /// Since when the new state holds, Unix ms, backdated: DOWN to where the run of failures began, UP to the first
    /// success, UNKNOWN to where sight was lost, PENDING to the first failure.
    package var since: Int64
}

/// What a stretch of time counts as.
package enum SpanState: String, Sendable, Hashable, CaseIterable {
    /// Available.
    case up
    /// Not available.
    case down
    /// Nobody can tell.
    case unknown
    /// Not watched by a person's wish; part of no figure.
    case paused
}

/// "From this instant on the state is this"; everything recorded at or after `from` is replaced.
package struct SpanCorrection: Sendable, Hashable {
    /// Whose.
    package var monitor: Int64
    /// The region, or `""` for the monitor as a whole.
    package var region: String
    /// The first instant, Unix ms.
    package var from: Int64
    /// What the time from there on is.
    package var state: SpanState
}

/// One time that a monitor was confirmed DOWN.
package struct Incident: Sendable, Hashable {
    /// `inc_` and 26 characters, derived from the identity of the record that confirmed it.
    package var id: String
    /// Whose.
    package var monitor: Int64
    /// Where the run of failures began that completed the quorum, Unix ms.
    package var startedAt: Int64
    /// The partition's time at which it was confirmed, Unix ms.
    package var confirmedAt: Int64
    /// The first success of the good run that ended it, or when the monitor was paused or deleted, Unix ms.
    package var endedAt: Int64?
    /// How it ended; `nil` while it is open.
    package var resolution: Resolution?
    /// Why the newest failure failed.
    package var reason: Reason?
    /// The newest failure's sentence.
    package var detail: String?
    /// The regions that were BAD when it was confirmed, sorted.
    package var regions: [String]
    /// When a person acknowledged it, Unix ms.
    package var acknowledgedAt: Int64?
    /// How many reminders were due so far.
    package var reminders: Int

    /// How an incident ends.
    package enum Resolution: String, Sendable, Hashable, CaseIterable {
        case recovered, paused, deleted
    }
}
