import Events
import Latest

/// What Redis is to be told about one monitor.
struct LatestEntry: Sendable {
    /// Whose.
    let monitor: Int64
    /// Its status; `nil`: it was deleted.
    var status: MonitorStatus?
    /// How far the log was read.
    var point: LatestPoint
    /// The partition's time, Unix ms.
    var asOf: Int64
    /// The results and incidents since the last time.
    var news = MonitorNews()
    /// Whether the list of recent results is gone and to be made anew from the books.
    var wantsRecent = false

    init(_ monitor: Int64, _ status: MonitorStatus?, point: LatestPoint, asOf: Int64) {
        self.monitor = monitor
        self.status = status
        self.point = point
        self.asOf = asOf
    }

    /// Takes in an entry that came after this one.
    ///
    /// What was read further in the log is the newer one.
    mutating func absorb(_ later: LatestEntry) {
        self.wantsRecent = self.wantsRecent || later.wantsRecent
        guard later.point >= self.point else { return }
        let known = self.point
        self.status = later.status
        self.point = later.point
        self.asOf = later.asOf
        self.news.results += later.news.results.filter { $0.point >= known }
        if self.news.results.count > LatestKeys.recentCount {
            self.news.results.removeFirst(self.news.results.count - LatestKeys.recentCount)
        }
        for incident in later.news.incidents where !self.news.incidents.contains(incident) {
            self.news.add(incident)
        }
        self.news.untold += later.news.untold
    }

    /// The document that says it.
    var document: StatusDocument {
        guard let status = self.status else {
            return StatusDocument(point: self.point, monitor: self.monitor, card: nil)
        }
        return StatusDocument(status, point: self.point, asOf: self.asOf)
    }
}
