import Events
import Postgres

/// What the alerter holds of one partition: the state of the step, and what the books have not got yet.
final class IncidentState {
    /// Something that the step told and that is to be written, in the order of the log.
    struct News {
        enum Event {
            case incident(Incident, Monitor, Announcement)
            case acted(incident: String, Action)
            case monitoring(MonitoringNotice, Announcement)
        }

        let event: Event
        /// The channels that are to be told; `nil`: not looked up yet.
        var channels: [Int64]?
        /// Whether memory has sent it ahead of the books.
        var isAhead = false
    }

    var partition: PartitionState
    var news: [News] = []
    /// Changed rows that no commit has covered yet.
    var monitorRows: [Int64: (share: Int, value: [UInt8]?)] = [:]
    var shareRows: [Int: [UInt8]] = [:]

    init(_ partition: PartitionState) {
        self.partition = partition
    }

    /// Whether somebody is to be told something.
    var hasNews: Bool { !self.news.isEmpty }

    /// Moves what changed since the last call to the rows that are to be written.
    func collect(whole: Bool) {
        let rows = whole ? self.partition.allRows() : self.partition.takeChangedRows()
        for row in rows {
            switch row {
            case .monitor(let id, let share, let value): self.monitorRows[id] = (share, value)
            case .share(let share, let value): self.shareRows[share] = value
            }
        }
    }

    /// A round was committed.
    func forget() {
        self.news = []
        self.monitorRows = [:]
        self.shareRows = [:]
    }
}

extension IncidentState.News.Event {
    /// What is announced; `nil`: nothing.
    var announcement: Announcement? {
        switch self {
        case .incident(_, _, let announcement), .monitoring(_, let announcement): announcement
        case .acted: nil
        }
    }

    /// Whether it belongs to an incident, whose timeline keeps it even where nobody was told.
    var isIncident: Bool {
        if case .incident = self { true } else { false }
    }
}
