import JSON

/// An announcement in words for people, read back from its payload: for channels that show text.
struct AnnouncementWords {
    var title: String
    var detail: String?
    var fields: [(name: String, value: String)] = []
    var isGood: Bool
    /// What the monitor is now, such as `down`; `nil`: it is not about that.
    var state: String?
    /// Where to read more; `nil`: not known.
    var url: String?

    /// Puts an announcement into words; `nil`: its payload is no JSON object.
    init?(_ announcement: Announcement) {
        guard case .object(let document)? = try? JSONParser.parse(announcement.payload),
            case .object(let data)? = document["data"]
        else { return nil }
        let monitor = data["monitor"]?.members
        let incident = data["incident"]?.members
        let name = monitor?["name"]?.text ?? "A monitor"
        self.detail = data["detail"]?.text
        self.url = data["url"]?.text
        self.isGood = true
        self.state = data["state"]?.text
        switch announcement.kind {
        case .opened:
            self.title = "\(name) is down"
            self.isGood = false
        case .reminder:
            self.title = "\(name) is still down"
            self.isGood = false
        case .resolved:
            switch incident?["resolution"]?.text {
            case "paused": self.title = "\(name) was paused while it was down"
            case "deleted": self.title = "\(name) was deleted while it was down"
            default: self.title = "\(name) is up again"
            }
        case .started: self.title = "Monitoring of \(name) has started"
        case .ended: self.title = "Monitoring of \(name) has ended"
        case .test: self.title = "A test from Apus"
        case .disabled:
            self.title = "A channel was switched off"
            self.isGood = false
        case .silent:
            self.title = "Apus receives no results"
            self.isGood = false
        case .heard: self.title = "Apus receives results again"
        }
        func field(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { self.fields.append((name, value)) }
        }
        field("Target", monitor?["target"]?.text)
        guard let incident else { return }
        field("Reason", data["reason"]?.text)
        field("Regions", data["regions"]?.texts?.joined(separator: ", "))
        field("Since", incident["startedAt"]?.text)
        field("Until", incident["endedAt"]?.text)
        field("Down for", incident["duration"]?.seconds.map(Self.span))
    }

    /// A length of time in its two largest units, such as `2 h 5 min`.
    static func span(_ seconds: Double) -> String {
        let whole = Int64(min(max(seconds, 0), 1e12))
        let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")] as [(Int64, String)]
        guard let first = units.firstIndex(where: { whole >= $0.0 }) else { return "less than 1 s" }
        var text = "\(whole / units[first].0) \(units[first].1)"
        if first + 1 < units.count {
            let rest = whole % units[first].0 / units[first + 1].0
            if rest > 0 { text += " \(rest) \(units[first + 1].1)" }
        }
        return text
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var seconds: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }

    fileprivate var members: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    fileprivate var texts: [String]? {
        if case .array(let values) = self { values.compactMap(\.text) } else { nil }
    }
}
