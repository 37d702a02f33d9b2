import Events

/// That the watching of a monitor begins or ends, for the channels that its definition names.
///
/// Only those that it names: a default channel hears of every monitor, and would be flooded by an import. Made from a
/// change of the definition alone, so that every replay makes the same.
struct MonitoringNotice: Sendable {
    /// `started` or `ended`.
    let kind: Announcement.Kind
    /// The monitor as it was told of last.
    let monitor: Monitor
    /// Who may be told.
    let channels: [Int64]
    /// Why it ended; `nil`: it started.
    let detail: String?

    /// The notice of an edit, `nil`: of none, or of one that changes nothing of the kind.
    init?(from former: Monitor?, to latter: Monitor?) {
        let before = former.map { $0.enabled ? $0.channels ?? [] : [] } ?? []
        if let latter, latter.enabled {
            let joined = (latter.channels ?? []).filter { !before.contains($0) }
            guard !joined.isEmpty else { return nil }
            self.kind = .started
            self.monitor = latter
            self.channels = joined
            self.detail = nil
        } else {
            guard let former, !before.isEmpty else { return nil }
            self.kind = .ended
            self.monitor = former
            self.channels = before
            self.detail = latter == nil ? "It was deleted." : "It was paused."
        }
    }
}
