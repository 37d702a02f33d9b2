import Crypto

/// Something to tell: the same for every channel, and never changed once it is in the books.
struct Announcement: Sendable, Hashable {
    /// The words of `announcements.type` and of the webhook's `type`.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case opened = "incident.opened"
        case reminder = "incident.reminder"
        case resolved = "incident.resolved"
        case started = "monitoring.started"
        case ended = "monitoring.ended"
        case test = "channel.test"
        case disabled = "channel.disabled"
        case silent = "log.silent"
        case heard = "log.heard"
    }

    /// Made from what it is about, so that a replay makes the same.
    var id: String
    var kind: Kind
    /// The incident it is about; `nil`: none.
    var incident: String?
    var monitor: Int64?
    /// The share of the monitor.
    var share: Int?
    /// The order within the incident.
    var sequence: Int
    /// When it came to be, by the partition's time, Unix ms.
    var at: Int64
    /// The body of a webhook, in JSON.
    var payload: [UInt8]

    /// The key by which a receiver recognises repetitions: the same for every attempt, after every restart.
    func webhookID(channel: Int64) -> String {
        let hash = SHA256.hash(Array("\(channel)/\(self.id)".utf8))
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var text = Array("msg_".utf8)
        var bits: UInt32 = 0
        var count = 0
        for byte in hash where text.count < 30 {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5, text.count < 30 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count) & 31)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
