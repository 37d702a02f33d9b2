import Events
import JSON
import Latest

/// Writes what an update tells beside the status, as the API words it.
enum NewsRendering {
    /// The results as a JSON array; `nil` where there are none.
    static func results(_ results: [RecentResult]) -> [UInt8]? {
        guard !results.isEmpty else { return nil }
        var writer = JSONWriter(capacity: 160 * results.count)
        writer.beginArray()
        for result in results {
            writer.beginObject()
            writer.member("region", result.region)
            writer.member("slot", time: result.slot)
            writer.member("attempt", result.attempt)
            writer.member("outcome", result.outcome.rawValue)
            writer.member("reason", result.reason?.rawValue)
            writer.member("code", result.code.map(Int64.init))
            writer.member("detail", result.detail)
            writer.member("latencyMs", result.latencyMs)
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }

    /// An incident that began or ended, as a JSON object.
    static func incident(_ incident: IncidentNews) -> [UInt8] {
        var writer = JSONWriter(capacity: 320)
        writer.beginObject()
        writer.member("id", incident.id)
        writer.member("monitor", incident.monitor)
        writer.member("state", incident.endedAt == nil ? "open" : "resolved")
        writer.member("startedAt", time: incident.startedAt)
        writer.member("confirmedAt", time: incident.confirmedAt)
        writer.member("endedAt", time: incident.endedAt)
        writer.member("resolution", incident.resolution?.rawValue)
        writer.member("reason", incident.reason?.rawValue)
        writer.member("detail", incident.detail)
        writer.name("regions")
        writer.beginArray()
        for region in incident.regions { writer.value(region) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
