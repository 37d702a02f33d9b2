import JSON

/// An announcement in words for people, read back from its payload: for channels that show text.
struct AnnouncementWords {
    var title: String
    var detail: String?
    var fields: [(name: String, value: String)] = []
    var isGood: Bool
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
        case .test: self.title = "A test from Apus"
        case .disabled:
            self.title = "A channel was switched off"
            self.isGood = false
        case .silent:
            self.title = "Apus receives no results"
            self.isGood = false
        case .heard: self.title = "Apus receives results again"
        }
        guard let incident else { return }
        func field(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { self.fields.append((name, value)) }
        }
        field("Target", monitor?["target"]?.text)
        field("Reason", data["reason"]?.text)
        field("Regions", data["regions"]?.texts?.joined(separator: ", "))
        field("Since", incident["startedAt"]?.text)
        field("Until", incident["endedAt"]?.text)
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var members: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    fileprivate var texts: [String]? {
        if case .array(let values) = self { values.compactMap(\.text) } else { nil }
    }
}
