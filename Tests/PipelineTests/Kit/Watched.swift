import JSON
import Testing

/// Monitors and channels as a user makes them.
extension APIClient {
    /// Adds an HTTP monitor and returns its id; `fields` are further members of the document, such as `"interval":1`.
    func addMonitor(_ name: String, target: String, _ fields: String...) throws -> Int64 {
        let more = fields.map { "," + $0 }.joined()
        let body = #"{"name":"\#(name)","type":"http","target":"\#(target)"\#(more)}"#
        let monitor = try self.expect(201, "POST", "/api/v1/monitors", body)
        return try #require(monitor["id"].integer)
    }

    /// Adds a webhook channel, has the inbox trust its signing secret, and returns the channel's id.
    @discardableResult
    func addChannel(_ inbox: WebhookInbox) throws -> Int64 {
        let body = #"{"name":"inbox","type":"webhook","url":"\#(inbox.url)"}"#
        let channel = try self.expect(201, "POST", "/api/v1/channels", body)
        inbox.trust(try #require(channel["secret"].string))
        return try #require(channel["id"].integer)
    }

    /// The state that is served; nil when there is no answer or no such monitor.
    func state(of monitor: Int64) -> String? {
        guard let answer = self.get("/api/v1/monitors/\(monitor)/status"), answer.status == 200 else { return nil }
        return answer.json["state"].string
    }
}
