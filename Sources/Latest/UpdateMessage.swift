package import Events

/// What is published on ``LatestKeys/updates`` when a status was written: the status and what led to it.
package struct UpdateMessage: Sendable, Hashable {
    /// Who writes: another name after each start of a processor.
    package var writer: String
    /// The writer's messages are numbered from 1 without holes; a hole means that some were missed: load all anew.
    package var sequence: Int64
    /// The new status, or a tombstone.
    package var status: StatusDocument
    /// The results since the monitor's last message, the oldest first.
    package var results: [RecentResult]
    /// The incidents that began or ended, in order; `endedAt` tells which.
    package var incidents: [IncidentNews]

    /// A message with these values.
    package init(
        writer: String,
        sequence: Int64,
        status: StatusDocument,
        results: [RecentResult] = [],
        incidents: [IncidentNews] = []
    ) {
        self.writer = writer
        self.sequence = sequence
        self.status = status
        self.results = results
        self.incidents = incidents
    }

    /// The message as JSON, as the writer's script puts it together.
    package var encoded: [UInt8] {
        var bytes = UpdateMessage.head(writer: self.writer)
        bytes += String(self.sequence).utf8
        bytes += "\(UpdateMessage.statusName)".utf8
        bytes += self.status.encoded
        bytes += "\(UpdateMessage.resultsName)".utf8
        bytes += self.results.map(\.encoded).joined(separator: [UInt8(ascii: ",")])
        return bytes + UpdateMessage.tail(incidents: self.incidents)
    }

    /// The beginning of each message of a writer, up to the number.
    package static func head(writer: String) -> [UInt8] {
        var json = RecordWriter()
        json.beginObject()
        json.field("v", 1)
        json.field("writer", writer)
        json.name("sequence")
        return json.bytes
    }

    /// What stands between the number and the status.
    package static let statusName: StaticString = ",\"status\":"

    /// What stands between the status and the results, which follow with commas between them.
    package static let resultsName: StaticString = ",\"results\":["

    /// The rest of a message after the results.
    package static func tail(incidents: [IncidentNews]) -> [UInt8] {
        var bytes = Array("],\"incidents\":[".utf8)
        bytes += incidents.map(\.encoded).joined(separator: [UInt8(ascii: ",")])
        bytes += "]}".utf8
        return bytes
    }

    /// Reads a message; throws ``RecordError`` where the bytes are none.
    package static func decode(_ bytes: [UInt8]) throws(RecordError) -> UpdateMessage {
        let fields = try Fields(bytes.span, limit: 1_048_576)
        try fields.checkVersion()
        var results: [RecentResult] = []
        for value in try fields.array("results") ?? [] {
            results.append(try RecentResult.decode(try Fields(value, "results")))
        }
        var incidents: [IncidentNews] = []
        for value in try fields.array("incidents") ?? [] {
            incidents.append(try IncidentNews(try Fields(value, "incidents")))
        }
        return UpdateMessage(
            writer: try fields.string("writer"),
            sequence: try fields.integer("sequence", 1...Int64.max),
            status: try StatusDocument.decode(try Fields(try fields.required("status"), "status")),
            results: results,
            incidents: incidents
        )
    }
}
