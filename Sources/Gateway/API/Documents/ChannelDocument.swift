import Crypto
import Events
import JSON
import Networking

/// A channel as the API speaks of it: its URL and signing secret go in, or are shown once, and never come out again.
enum ChannelDocument {
    /// A channel with its secrets in clear, not yet sealed.
    struct Draft {
        var channel: Channel
        var secrets: ChannelSecrets
    }

    /// Reads a new channel, or an edit of `former`; the store gives id, generation and times.
    ///
    /// A webhook gets a signing secret when it is made (Standard Webhooks: `whsec_` and 24 … 64 bytes in base64).
    /// - Throws: ``JSONFaults`` with every fault of the document.
    static func read(
        _ document: JSONValue,
        editing former: Draft? = nil,
        policy: AddressPolicy = .any
    ) throws(JSONFaults) -> Draft {
        let fields = PatchReader(JSONReader(document), isNew: former == nil)
        let old = former?.channel
        let kinds = JSONRule<String>.oneOf(Channel.Kind.allCases.map(\.rawValue)).then("") {
            Channel.Kind(rawValue: $0)
        }
        let name = fields.required("name", .string(1...200), old?.name) ?? ""
        let type = fields.required("type", kinds, old?.type) ?? .webhook
        let url = fields.required("url", Target.url(policy), former?.secrets.url) ?? ""
        let isDefault = fields.value("default", .boolean, old?.isDefault ?? nil)
        let enabled = fields.value("enabled", .boolean, old?.enabled, or: true)
        try fields.reader.finish()
        var secrets = former?.secrets ?? ChannelSecrets(url: url)
        secrets.url = url
        if type == .webhook, secrets.signingSecret == nil { secrets.signingSecret = Self.signingSecret() }
        let channel = Channel(
            id: old?.id ?? 0,
            name: name,
            type: type,
            // The store makes the first channel a default one where nothing was said.
            isDefault: isDefault ?? false,
            enabled: enabled,
            sealed: "",
            createdAt: old?.createdAt ?? 0,
            generation: old?.generation ?? 0
        )
        return Draft(channel: channel, secrets: secrets)
    }

    /// A webhook with another signing secret; for a day notifications are signed with the former one, too, and with those
    /// whose day is not over.
    ///
    /// - Parameter now: Unix ms.
    /// - Throws: ``Refusal`` 409 where it is no webhook: nothing else is signed.
    static func rotating(_ former: Draft, now: Int64) throws(Refusal) -> Draft {
        guard former.channel.type == .webhook else {
            throw .conflict("Only notifications to webhooks are signed; this channel has another type.")
        }
        var rotated = former
        rotated.secrets.rotate(to: Self.signingSecret(), now: now, until: now + Self.overlap)
        return rotated
    }

    /// How long notifications are signed with a former secret, too, ms.
    private static let overlap: Int64 = 86_400_000

    private static func signingSecret() -> String { "whsec_" + Base64.encode(SecureRandom.bytes(32)) }

    /// Whether the document says itself if the channel is a default one.
    static func saysDefault(_ document: JSONValue) -> Bool {
        guard case .object(let object) = document else { return false }
        return object["default"].map { $0 != .null } ?? false
    }

    /// Writes the channel as the API answers it; the signing secret only where `secret` is given: right after it was made.
    static func write(_ channel: Channel, secret: String? = nil, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", channel.id)
        writer.member("name", channel.name)
        writer.member("type", channel.type.rawValue)
        writer.member("default", channel.isDefault)
        writer.member("enabled", channel.enabled)
        if let secret { writer.member("secret", secret) }
        writer.member("generation", channel.generation)
        writer.member("createdAt", time: channel.createdAt)
        writer.endObject()
    }
}
