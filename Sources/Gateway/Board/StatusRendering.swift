import Events
import HTTPServer
import JSON
import Latest

/// Writes a monitor's status as the API answers it (design §7): times in RFC 3339, durations in seconds.
enum StatusRendering {
    /// The entry of the board for a status from Redis; `nil` for a tombstone.
    static func entry(_ document: StatusDocument) -> BoardEntry? {
        guard let card = document.card else { return nil }
        var writer = JSONWriter(capacity: 512 + 256 * card.regions.count)
        writer.beginObject()
        writer.member("monitor", document.monitor)
        writer.member("name", card.name)
        writer.member("type", card.type)
        writer.member("target", card.target)
        self.write(card.group, card.tags, card.interval, to: &writer)
        writer.member("generation", card.generation)
        let verdict = self.verdict(card.state, degraded: card.degraded, since: card.since, to: &writer)
        writer.name("regions")
        writer.beginObject()
        for (name, region) in card.regions.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            self.write(region, to: &writer)
        }
        writer.endObject()
        writer.name("incident")
        if let incident = card.incident { self.write(incident, to: &writer) } else { writer.null() }
        writer.member("asOf", time: card.asOf)
        writer.endObject()
        return BoardEntry(
            id: document.monitor,
            point: document.point,
            state: card.state,
            unknownFrom: card.unknownFrom,
            asOf: card.asOf,
            body: SharedBytes(writer.bytes),
            verdict: verdict,
            facts: BoardFacts(card)
        )
    }

    /// The entry for a monitor of which only the definition is known.
    static func entry(_ definition: Monitor) -> BoardEntry {
        let state: State = definition.enabled ? .new : .paused
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("monitor", definition.id)
        writer.member("name", definition.name)
        writer.member("type", definition.check.type)
        writer.member("target", definition.target)
        self.write(definition.group, definition.tags, definition.interval, to: &writer)
        writer.member("generation", definition.generation)
        let verdict = self.verdict(state, degraded: false, since: definition.updatedAt, to: &writer)
        writer.name("regions")
        writer.beginObject()
        writer.endObject()
        writer.name("incident")
        writer.null()
        writer.member("asOf", time: definition.updatedAt)
        writer.endObject()
        return BoardEntry(
            id: definition.id,
            point: nil,
            state: state,
            unknownFrom: definition.enabled ? definition.updatedAt + definition.limit : nil,
            asOf: definition.updatedAt,
            body: SharedBytes(writer.bytes),
            verdict: verdict,
            facts: BoardFacts(definition)
        )
    }

    /// The members `state`, `degraded` and `since`, without braces.
    static func verdict(_ state: State, degraded: Bool, since: Int64) -> [UInt8] {
        var writer = JSONWriter(capacity: 96)
        writer.member("state", state.rawValue)
        writer.member("degraded", degraded)
        writer.member("since", time: since)
        return writer.bytes
    }

    /// Writes these members and returns where they stand.
    private static func verdict(
        _ state: State,
        degraded: Bool,
        since: Int64,
        to writer: inout JSONWriter
    ) -> Range<Int> {
        // One byte for the comma before them.
        let start = writer.bytes.count + 1
        writer.raw(self.verdict(state, degraded: degraded, since: since))
        return start..<writer.bytes.count
    }

    private static func write(_ group: String?, _ tags: [String], _ interval: Int64, to writer: inout JSONWriter) {
        writer.member("group", group)
        writer.name("tags")
        writer.beginArray()
        for tag in tags { writer.value(tag) }
        writer.endArray()
        writer.name("interval")
        writer.seconds(milliseconds: interval)
    }

    private static func write(_ region: StatusDocument.Region, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("outcome", region.outcome.rawValue)
        writer.member("verdict", region.verdict?.rawValue)
        writer.member("latencyMs", region.latencyMs)
        writer.member("slot", time: region.slot)
        writer.member("attempt", region.attempt)
        writer.member("reason", region.reason?.rawValue)
        writer.member("code", region.code.map(Int64.init))
        writer.member("detail", region.detail)
        writer.member("certificateExpiresAt", time: region.certificateExpiresAt)
        writer.endObject()
    }

    private static func write(_ incident: StatusDocument.Incident, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", incident.id)
        writer.member("startedAt", time: incident.startedAt)
        writer.member("acknowledgedAt", time: incident.acknowledgedAt)
        writer.endObject()
    }
}
