import Synchronization

/// A receiver of webhooks on loopback that answers as each path is told, and keeps what it got.
package final class WebhookReceiver: Sendable {
    /// What it does with a request.
    package enum Answer: Sendable {
        /// Any status, with header lines such as `Retry-After: 1`.
        case status(Int, headers: [String] = [])
        /// Answers 302 with this `Location`.
        case redirect(String)
        /// Takes the request and never answers.
        case hang
        /// Takes the request and breaks the connection.
        case reset
        /// Answers 200 after so many milliseconds.
        case slow(Int64)
        /// Answers 200 with headers that come one byte each so many milliseconds.
        case drip(every: Int64)

        package static let ok = Answer.status(200)
    }

    /// A request as it came.
    package struct Notice: Sendable {
        /// The path.
        package let path: String
        /// The header lines by lower-case name.
        package let headers: [String: String]
        /// The body.
        package let body: String
        /// When it was complete.
        package let at: ContinuousClock.Instant

        /// The receiver's key to recognise repetitions by; empty: there was none.
        package var id: String { self.headers["webhook-id"] ?? "" }
    }

    private final class Script: Sendable {
        let answers = Mutex<[String: [Answer]]>([:])
        let notices = Mutex<[Notice]>([])

        func steps(for request: ScriptedRequest) -> [ScriptedTarget.Step] {
            self.notices.withLock { $0.append(Notice(request)) }
            let answer = self.answers.withLock { answers in
                guard var rest = answers[request.path], let next = rest.first else { return Answer.ok }
                // The last answer is for ever.
                if rest.count > 1 { rest.removeFirst() }
                answers[request.path] = rest
                return next
            }
            switch answer {
            case .status(let status, let headers): return ScriptedTarget.answer(status, "ok", headers: headers)
            case .redirect(let location): return ScriptedTarget.answer(302, headers: ["Location: \(location)"])
            case .hang: return []
            case .reset: return [.reset]
            case .slow(let milliseconds): return [.wait(milliseconds)] + ScriptedTarget.ok("ok")
            case .drip(let pause): return [.drip("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", every: pause), .close]
            }
        }
    }

    private let script: Script
    private let target: ScriptedTarget

    /// Listens; every path answers 200 until told otherwise.
    package init() {
        let script = Script()
        self.script = script
        self.target = ScriptedTarget { script.steps(for: $0) }
    }

    /// Ends it.
    package func stop() { self.target.stop() }

    /// The URL of a path.
    package func url(_ path: String) -> String { self.target.url(path) }

    /// Has a path answer so, one after the other; the last answer stays.
    package func answer(_ path: String, _ answers: Answer...) {
        self.script.answers.withLock { $0[path] = answers }
    }

    /// What came so far, in order; all paths, or one.
    package func notices(_ path: String? = nil) -> [Notice] {
        self.script.notices.withLock { notices in notices.filter { path == nil || $0.path == path } }
    }

    /// The connections that were made.
    package var connections: Int { self.target.accepted }
}

extension WebhookReceiver.Notice {
    fileprivate init(_ request: ScriptedRequest) {
        var headers: [String: String] = [:]
        for line in request.head.split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        self.init(path: request.path, headers: headers, body: request.body, at: .now)
    }
}
