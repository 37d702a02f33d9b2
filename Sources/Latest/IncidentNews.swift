package import Events

/// An incident that began or ended, as it stands in an ``UpdateMessage``.
package struct IncidentNews: Sendable, Hashable {
    /// Its id.
    package var id: String
    /// Whose.
    package var monitor: Int64
    /// Where the run of failures began, Unix ms.
    package var startedAt: Int64
    /// When it was confirmed, Unix ms.
    package var confirmedAt: Int64
    /// When it ended, Unix ms; `nil`: it began.
    package var endedAt: Int64?
    /// How it ended.
    package var resolution: Incident.Resolution?
    /// Why the newest failure failed.
    package var reason: Reason?
    /// The newest failure's sentence.
    package var detail: String?
    /// The regions that were BAD when it was confirmed, sorted.
    package var regions: [String]

    /// News of an incident.
    package init(_ incident: Incident) {
        self.id = incident.id
        self.monitor = incident.monitor
        self.startedAt = incident.startedAt
        self.confirmedAt = incident.confirmedAt
        self.endedAt = incident.endedAt
        self.resolution = incident.resolution
        self.reason = incident.reason
        self.detail = incident.detail
        self.regions = incident.regions
    }

    /// The news as JSON.
    package var encoded: [UInt8] {
        var writer = RecordWriter()
        writer.beginObject()
        writer.field("id", self.id)
        writer.field("monitor", self.monitor)
        writer.field("startedAt", self.startedAt)
        writer.field("confirmedAt", self.confirmedAt)
        writer.nullable("endedAt", self.endedAt)
        writer.nullable("resolution", self.resolution?.rawValue)
        writer.nullable("reason", self.reason?.rawValue)
        writer.nullable("detail", self.detail)
        writer.field("regions", self.regions)
        writer.endObject()
        return writer.bytes
    }

    init(_ fields: Fields) throws(RecordError) {
        self.id = try fields.string("id")
        self.monitor = try fields.integer("monitor", 1...Int64.max)
        self.startedAt = try fields.integer("startedAt", 0...Int64.max)
        self.confirmedAt = try fields.integer("confirmedAt", 0...Int64.max)
        self.endedAt = try fields.optionalInteger("endedAt", 0...Int64.max)
        self.resolution = try fields.word("resolution", of: Incident.Resolution.self)
        self.reason = try fields.word("reason", of: Reason.self)
        self.detail = try fields.optionalString("detail")
        self.regions = try fields.strings("regions") ?? []
    }
}
