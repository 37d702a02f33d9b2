import Events
import HTTPClient
import JSON

/// A Slack incoming webhook: one attachment, red while it is bad, green when it is good again.
struct SlackFormat: ChannelFormat {
    func request(_ announcement: Announcement, webhookID: String, to secrets: ChannelSecrets, now: Int64)
        -> ChannelRequest?
    {
        guard let body = Self.body(announcement) else { return nil }
        return ChannelRequest(
            url: secrets.url,
            headers: [HTTPHeader("Content-Type", "application/json; charset=utf-8")],
            body: body
        )
    }

    private static func body(_ announcement: Announcement) -> [UInt8]? {
        guard let words = AnnouncementWords(announcement) else { return nil }
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        // Notifications and clients without attachments show this.
        writer.member("text", self.escaped(words.title))
        writer.name("attachments")
        writer.beginArray()
        writer.beginObject()
        writer.member("color", words.isGood ? "#2eb886" : "#e01e5a")
        writer.member("fallback", self.escaped(words.title))
        if let url = words.url {
            writer.member("title", "Details")
            writer.member("title_link", url)
        }
        if let detail = words.detail { writer.member("text", self.escaped(detail)) }
        writer.name("fields")
        writer.beginArray()
        for field in words.fields {
            writer.beginObject()
            writer.member("title", field.name)
            writer.member("value", self.escaped(field.value))
            writer.member("short", Bool?(field.value.count <= 40))
            writer.endObject()
        }
        writer.endArray()
        writer.member("ts", Int64?(announcement.at / 1_000))
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// Slack's three control characters, as its documentation has them replaced.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
