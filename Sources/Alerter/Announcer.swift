import Events
import JSON

/// Makes announcements out of what the step of the log tells.
struct Announcer: Sendable {
    /// Where people find Apus, without a slash at the end; `nil`: not known.
    let publicURL: String?

    /// The incident was confirmed.
    func opened(_ incident: Incident, of monitor: Monitor, at time: Int64) -> Announcement {
        self.announcement(.opened, "opened", sequence: 0, incident, monitor, time)
    }

    /// The incident goes on.
    func reminder(_ incident: Incident, number: Int, of monitor: Monitor, at time: Int64) -> Announcement {
        self.announcement(.reminder, "reminder-\(number)", sequence: number, incident, monitor, time)
    }

    /// The incident is over.
    func resolved(_ incident: Incident, of monitor: Monitor, at time: Int64) -> Announcement {
        self.announcement(.resolved, "resolved", sequence: Int(Int32.max), incident, monitor, time)
    }

    /// Nothing arrives from the log since `since`, or something does again; `at` Unix ms.
    func log(isSilent: Bool, since: Int64, at: Int64) -> Announcement {
        var writer = JSONWriter()
        self.begin(&writer, isSilent ? .silent : .heard, at)
        self.nothing(&writer)
        writer.member(
            "detail",
            isSilent
                ? "Nothing arrives from the log of results: nobody can tell how the monitors are."
                : "Results arrive from the log again."
        )
        self.end(&writer, regions: [], url: self.publicURL)
        return Announcement(
            id: "log-\(since)-\(isSilent ? "silent" : "heard")",
            kind: isSilent ? .silent : .heard,
            incident: "log-\(since)",
            sequence: isSilent ? 0 : 1,
            at: at,
            payload: writer.bytes
        )
    }

    /// A monitor is watched from now on, as far as a channel is concerned, or no longer; `at` Unix ms.
    ///
    /// `generation` is that of the change which causes it, so that a replay makes the same.
    func monitoring(
        _ kind: Announcement.Kind,
        of monitor: Monitor,
        generation: Int64,
        detail: String?,
        at: Int64
    ) -> Announcement {
        var writer = JSONWriter()
        self.begin(&writer, kind, at)
        writer.name("incident")
        writer.null()
        self.write(monitor, to: &writer)
        writer.member("state", String?.none)
        writer.member("reason", String?.none)
        writer.member("detail", detail)
        self.end(&writer, regions: [], url: self.publicURL.map { "\($0)/monitors/\(monitor.id)" })
        return Announcement(
            id: "monitor-\(monitor.id)-\(generation)-\(kind == .started ? "started" : "ended")",
            kind: kind,
            monitor: monitor.id,
            share: Partitioning.share(of: monitor.id),
            sequence: 0,
            at: at,
            payload: writer.bytes
        )
    }

    /// The channel was switched off because its receiver is gone; `at` Unix ms.
    func disabled(_ channel: Channel, at: Int64) -> Announcement {
        var writer = JSONWriter()
        self.begin(&writer, .disabled, at)
        self.nothing(&writer)
        writer.member(
            "detail",
            "The channel \(channel.name) was switched off: its receiver answered 410 and wants nothing any more."
        )
        self.end(&writer, regions: [], url: self.publicURL)
        return Announcement(
            id: "channel-\(channel.id)-\(channel.generation)-disabled",
            kind: .disabled,
            sequence: 0,
            at: at,
            payload: writer.bytes
        )
    }

    private func announcement(
        _ kind: Announcement.Kind,
        _ suffix: String,
        sequence: Int,
        _ incident: Incident,
        _ monitor: Monitor,
        _ time: Int64
    ) -> Announcement {
        Announcement(
            id: "\(incident.id)-\(suffix)",
            kind: kind,
            incident: incident.id,
            monitor: monitor.id,
            share: Partitioning.share(of: monitor.id),
            sequence: sequence,
            at: time,
            payload: self.body(kind, incident, monitor, time)
        )
    }

    private func body(_ kind: Announcement.Kind, _ incident: Incident, _ monitor: Monitor, _ time: Int64) -> [UInt8] {
        var writer = JSONWriter(capacity: 768)
        self.begin(&writer, kind, time)
        writer.name("incident")
        writer.beginObject()
        writer.member("id", incident.id)
        writer.member("startedAt", time: incident.startedAt)
        writer.member("confirmedAt", time: incident.confirmedAt)
        writer.member("endedAt", time: incident.endedAt)
        writer.name("duration")
        if let end = incident.endedAt {
            writer.seconds(milliseconds: max(end - incident.startedAt, 0))
        } else {
            writer.null()
        }
        writer.member("resolution", incident.resolution?.rawValue)
        writer.endObject()
        self.write(monitor, to: &writer)
        writer.member("state", Self.state(of: incident))
        writer.member("reason", incident.reason?.rawValue)
        writer.member("detail", incident.detail)
        self.end(&writer, regions: incident.regions, url: self.publicURL.map { "\($0)/incidents/\(incident.id)" })
        return writer.bytes
    }

    private func write(_ monitor: Monitor, to writer: inout JSONWriter) {
        writer.name("monitor")
        writer.beginObject()
        writer.member("id", Int64?(monitor.id))
        writer.member("name", monitor.name)
        writer.member("target", monitor.target)
        writer.endObject()
    }

    private func begin(_ writer: inout JSONWriter, _ kind: Announcement.Kind, _ time: Int64) {
        writer.beginObject()
        writer.member("type", kind.rawValue)
        writer.member("timestamp", time: time)
        writer.name("data")
        writer.beginObject()
    }

    /// It is about no monitor.
    private func nothing(_ writer: inout JSONWriter) {
        writer.name("incident")
        writer.null()
        writer.name("monitor")
        writer.null()
        writer.member("state", String?.none)
        writer.member("reason", String?.none)
    }

    private func end(_ writer: inout JSONWriter, regions: [String], url: String?) {
        writer.name("regions")
        writer.beginArray()
        for region in regions { writer.value(region) }
        writer.endArray()
        writer.member("url", url)
        writer.endObject()
        writer.endObject()
    }

    /// The monitor's state as the incident leaves it; `nil`: there is no such monitor any more.
    private static func state(of incident: Incident) -> String? {
        switch incident.resolution {
        case .none: State.down.rawValue
        case .recovered: State.up.rawValue
        case .paused: State.paused.rawValue
        case .deleted: nil
        }
    }
}
