import JSON

/// Answers the mock's own addresses: `/_mock`, `/_mock/log`, and under `/t/NAME` the same for one target.
enum MockControl {
    /// Status, content type and body; nil when the request is for a target and not for the mock.
    static func answer(
        _ request: MockRequest,
        _ targets: inout MockTargets,
        now: Int64
    ) -> (status: Int, type: String, body: [UInt8])? {
        let (name, path) = request.target
        guard path == "/_mock" || path.hasPrefix("/_mock/") else { return nil }
        switch (request.method, path) {
        case ("POST", "/_mock"):
            return self.set(name, request.query, &targets, now: now)
        case ("GET", "/_mock"), ("HEAD", "/_mock"):
            return (200, "text/html; charset=utf-8", Array(MockPage.html(targets.modes).utf8))
        case ("GET", "/_mock/log"):
            return (200, "application/x-ndjson", targets.log)
        case (_, "/_mock"), (_, "/_mock/log"):
            return (405, "text/plain; charset=utf-8", Array("/_mock takes GET and POST, /_mock/log takes GET\n".utf8))
        default:
            return (404, "text/plain; charset=utf-8", Array("there are only /_mock and /_mock/log\n".utf8))
        }
    }

    private static func set(
        _ name: String,
        _ query: [String: String],
        _ targets: inout MockTargets,
        now: Int64
    ) -> (status: Int, type: String, body: [UInt8]) {
        do throws(MockProblem) {
            let mode = try MockMode(query: query)
            guard targets.set(name, mode, now: now) else {
                throw MockProblem("there are already \(MockTargets.targetLimit) targets")
            }
            var body = JSONWriter()
            body.beginObject()
            body.member("target", name)
            body.member("mode", mode.name)
            body.endObject()
            return (200, "application/json", body.bytes + [UInt8(ascii: "\n")])
        } catch {
            return (400, "text/plain; charset=utf-8", Array((error.message + "\n").utf8))
        }
    }
}
