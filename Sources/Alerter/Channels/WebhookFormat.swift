import Crypto
import Events
import HTTPClient

/// A generic webhook, signed as Standard Webhooks 1.0.0 says, so that receivers verify it with an existing library.
struct WebhookFormat: ChannelFormat {
    func request(_ announcement: Announcement, webhookID: String, to secrets: ChannelSecrets, now: Int64)
        -> ChannelRequest?
    {
        var headers = [
            HTTPHeader("Content-Type", "application/json"),
            HTTPHeader("webhook-id", webhookID),
            HTTPHeader("webhook-timestamp", String(now / 1_000)),
        ]
        let signed = Array("\(webhookID).\(now / 1_000).".utf8) + announcement.payload
        var signatures: [String] = []
        for secret in secrets.signing(now: now) {
            guard let key = Self.key(secret) else { return nil }
            signatures.append("v1," + Base64.encode(HMACSHA256.code(of: signed, key: key)))
        }
        if !signatures.isEmpty {
            headers.append(HTTPHeader("webhook-signature", signatures.joined(separator: " ")))
        }
        return ChannelRequest(url: secrets.url, headers: headers, body: announcement.payload)
    }

    /// The bytes of `whsec_` + base64.
    private static func key(_ secret: String) -> [UInt8]? {
        guard secret.hasPrefix("whsec_") else { return nil }
        return Base64.decode(String(secret.dropFirst("whsec_".count)))
    }
}
