import Events
import JSON

extension MonitorDocument {
    /// Writes the monitor as the API answers it; `secrets` are named, never shown; `warnings` only where there are any.
    static func write(_ draft: Draft, warnings: [String] = [], to writer: inout JSONWriter) {
        let monitor = draft.monitor
        writer.beginObject()
        writer.member("id", monitor.id)
        writer.member("name", monitor.name)
        writer.member("type", monitor.check.type)
        writer.member("target", monitor.target)
        self.writeDurations(monitor, to: &writer)
        writer.member("failureThreshold", monitor.failureThreshold)
        writer.member("recoveryThreshold", monitor.recoveryThreshold)
        writer.name("quorum")
        switch monitor.quorum {
        case .majority: writer.value("majority")
        case .any: writer.value("any")
        case .all: writer.value("all")
        case .count(let number): writer.value(number)
        }
        self.write("regions", monitor.regions, to: &writer) { $0.value($1) }
        self.write("channels", monitor.channels, to: &writer) { $0.value($1) }
        self.write("dependsOn", monitor.dependsOn, to: &writer) { $0.value($1) }
        writer.member("group", monitor.group)
        self.write("tags", monitor.tags, to: &writer) { $0.value($1) }
        writer.member("enabled", monitor.enabled)
        self.writeCheck(monitor.check, secrets: draft.secrets, to: &writer)
        writer.member("generation", monitor.generation)
        writer.member("createdAt", time: monitor.createdAt)
        writer.member("updatedAt", time: monitor.updatedAt)
        writer.member("checkRequestedAt", time: monitor.checkRequestedAt)
        if !warnings.isEmpty { self.write("warnings", warnings, to: &writer) { $0.value($1) } }
        writer.endObject()
    }

    private static func writeDurations(_ monitor: Monitor, to writer: inout JSONWriter) {
        let durations = [
            ("interval", monitor.interval), ("timeout", monitor.timeout), ("retryInterval", monitor.retryInterval),
            ("degradedAfter", monitor.degradedAfter),
        ]
        for (name, milliseconds) in durations {
            writer.name(name)
            writer.seconds(milliseconds: milliseconds)
        }
        writer.name("reminderInterval")
        if let interval = monitor.reminderInterval { writer.seconds(milliseconds: interval) } else { writer.null() }
    }

    private static func writeCheck(_ check: CheckSettings, secrets: HTTPSecrets, to writer: inout JSONWriter) {
        switch check {
        case .http(let settings):
            writer.member("method", settings.method)
            writer.member("statuses", settings.statuses.description)
            writer.member("keyword", settings.keyword)
            writer.member("invertKeyword", settings.invertKeyword)
            writer.member("maxRedirects", settings.maxRedirects)
            writer.member("verifyTls", settings.verifyTLS)
            writer.member("addressFamily", settings.addressFamily.rawValue)
            self.write("secrets", HTTPDocument.names(of: secrets), to: &writer) { $0.value($1) }
        case .tcp(let settings):
            writer.member("addressFamily", settings.addressFamily.rawValue)
        case .push(let settings):
            writer.name("grace")
            writer.seconds(milliseconds: settings.grace)
        }
    }

    private static func write<Element>(
        _ name: String,
        _ list: [Element]?,
        to writer: inout JSONWriter,
        element: (inout JSONWriter, Element) -> Void
    ) {
        writer.name(name)
        guard let list else { return writer.null() }
        writer.beginArray()
        for item in list { element(&writer, item) }
        writer.endArray()
    }
}
