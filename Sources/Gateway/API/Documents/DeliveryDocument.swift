import JSON

/// A delivery as the API speaks of it.
enum DeliveryDocument {
    /// Writes one delivery.
    static func write(_ row: DeliveryStore.Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", row.id)
        writer.member("type", row.type)
        writer.member("incident", row.incident)
        writer.member("monitor", row.monitor)
        writer.member("channel", row.channel)
        writer.member("webhookId", row.webhookID)
        writer.member("state", row.state)
        writer.member("attempts", row.attempts)
        writer.member("nextAttemptAt", time: row.state == "pending" ? row.nextAt : nil)
        writer.member("lastStatus", row.lastStatus)
        writer.member("lastError", row.lastError)
        writer.member("createdAt", time: row.createdAt)
        writer.member("deliveredAt", time: row.deliveredAt)
        writer.endObject()
    }
}
