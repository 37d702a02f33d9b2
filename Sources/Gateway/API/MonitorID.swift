import HTTPServer

/// The monitor that a path names.
enum MonitorID {
    /// The id in `{id}` of the path; `nil` where it cannot be that of a monitor.
    static func read(_ request: HTTPRequest) -> Int64? {
        guard let text = request.parameter("id"), let id = Int64(text), id > 0, String(id) == text else { return nil }
        return id
    }
}
