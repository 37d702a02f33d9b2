import Events
import HTTPClient
import JSON

/// A Discord webhook: a line of text, and an embed that is red while it is bad and green when it is good again.
///
/// Nothing in it pings anybody, whatever a monitor is called. Texts are cut to Discord's limits, beyond which it
/// refuses the whole message.
struct DiscordFormat: ChannelFormat {
    func request(_ announcement: Announcement, webhookID: String, to secrets: ChannelSecrets, now: Int64)
        -> ChannelRequest?
    {
        guard let body = Self.body(announcement) else { return nil }
        return ChannelRequest(
            url: secrets.url,
            headers: [HTTPHeader("Content-Type", "application/json")],
            body: body
        )
    }

    /// `retry_after` of an answer 429: seconds with decimals, in older versions of the API whole milliseconds.
    func wait(_ outcome: HTTPOutcome) -> Int64? {
        guard outcome.status == 429, case .object(let answer)? = try? JSONParser.parse(outcome.body) else { return nil }
        let millis: Double
        switch answer["retry_after"] {
        // Nobody is sent away for 1,000 s and more in whole seconds, and for less than one in milliseconds.
        case .integer(let number)? where number >= 1_000: millis = Double(number)
        case .integer(let number)?: millis = Double(number) * 1_000
        case .real(let number)?: millis = number * 1_000
        default: return nil
        }
        guard millis >= 0 else { return nil }
        return Int64(min(max(millis.rounded(.up), 1_000), 3_600_000))
    }

    private static func body(_ announcement: Announcement) -> [UInt8]? {
        guard let words = AnnouncementWords(announcement) else { return nil }
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.member("content", (words.isGood ? "🟢 " : "🔴 ") + self.escaped(words.title, 1_900))
        writer.name("embeds")
        writer.beginArray()
        writer.beginObject()
        writer.member("title", self.escaped(words.title, 256))
        if let detail = words.detail, !detail.isEmpty { writer.member("description", self.escaped(detail, 2_000)) }
        writer.member("url", words.url)
        writer.member("color", words.isGood ? 3_066_993 : 15_158_332)
        writer.member("timestamp", time: announcement.at)
        writer.name("fields")
        writer.beginArray()
        let state = words.state.map { [(name: "Status", value: $0.uppercased())] } ?? []
        for field in state + words.fields {
            writer.beginObject()
            writer.member("name", field.name)
            // What Discord makes a link of, it takes as it stands.
            let isLink = field.name == "Target"
            writer.member("value", isLink ? String(field.value.prefix(500)) : self.escaped(field.value, 500))
            writer.member("inline", Bool?(field.value.count <= 40))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.name("allowed_mentions")
        writer.beginObject()
        writer.name("parse")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// Text that Discord shows as it stands, of at most `limit` UTF-16 units.
    private static func escaped(_ text: String, _ limit: Int) -> String {
        var escaped = ""
        var length = 0
        for character in text.unicodeScalars {
            let isMarkup = "\\*_~`|>[]()#<@".unicodeScalars.contains(character)
            length += (isMarkup ? 1 : 0) + UTF16.width(character)
            guard length < limit else { return escaped + "…" }
            if isMarkup { escaped.append("\\") }
            escaped.unicodeScalars.append(character)
        }
        return escaped
    }
}
