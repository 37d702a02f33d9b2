import JSON

/// An incident as the API speaks of it.
enum IncidentDocument {
    /// Writes the members of an incident into the object that is open.
    static func writeMembers(_ row: IncidentStore.Row, to writer: inout JSONWriter) {
        writer.member("id", row.key.id)
        writer.member("monitor", row.monitor)
        writer.member("name", row.name)
        writer.member("target", row.target)
        writer.member("state", row.endedAt == nil ? "open" : "resolved")
        writer.member("startedAt", time: row.key.startedAt)
        writer.member("confirmedAt", time: row.confirmedAt)
        writer.member("endedAt", time: row.endedAt)
        writer.member("resolution", row.resolution)
        writer.member("reason", row.reason)
        writer.member("detail", row.detail)
        writer.name("regions")
        writer.raw(Array(row.regions.utf8))
        writer.member("acknowledgedAt", time: row.acknowledgedAt)
        writer.member("acknowledgedBy", row.acknowledgedBy)
    }

    /// Writes what people did about an incident.
    static func write(_ actions: [IncidentStore.Action], to writer: inout JSONWriter) {
        writer.beginArray()
        for action in actions {
            writer.beginObject()
            writer.member("at", time: action.at)
            writer.member("verb", action.verb)
            writer.member("person", action.person)
            writer.member("text", action.text)
            writer.endObject()
        }
        writer.endArray()
    }
}
