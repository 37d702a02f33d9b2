import Events
import TestServers
import Testing

/// An answer as no server should give it, and what it is called.
struct HostileAnswer: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [ScriptedTarget.Step]
    var outcome = Outcome.down
    var reason: Reason?
    var phase: Phase?
    var timeout: Int64 = 5_000

    var testDescription: String { self.name }

    static let all = good + malformed + truncated + tooLarge + slow + redirects

    private static let head = "HTTP/1.1 200 OK\r\n"

    private static func up(_ name: String, _ text: String) -> HostileAnswer {
        HostileAnswer(name: name, steps: [.send(text), .close], outcome: .up)
    }

    private static func down(_ name: String, _ text: String, _ reason: Reason) -> HostileAnswer {
        HostileAnswer(name: name, steps: [.send(text), .close], reason: reason)
    }

    private static let good = [
        up("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        up("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nok"),
        up("no reason phrase", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"),
        up("more body than declared", head + "Content-Length: 2\r\n\r\nokokok"),
        up("length and chunks", head + "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        up("early hints first", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + head + "Content-Length: 2\r\n\r\nok"),
        up("continue first", "HTTP/1.1 100 Continue\r\n\r\n" + head + "Content-Length: 2\r\n\r\nok"),
        up("no content with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok"),
        up("unknown encoding not asked to undo", head + "Content-Encoding: zebra\r\nContent-Length: 2\r\n\r\nok"),
    ]

    private static let malformed = [
        HostileAnswer(name: "nothing at all", steps: [.close], reason: .protocolError),
        down("only a continue", "HTTP/1.1 100 Continue\r\n\r\n", .protocolError),
        down("a banner of SSH", "SSH-2.0-OpenSSH_9.2\r\n", .protocolError),
        down("HTTP/0.9", "<html>hello</html>", .protocolError),
        down("bytes of TLS", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}", .protocolError),
        down("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", .protocolError),
        down("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", .protocolError),
        down("a negative status", "HTTP/1.1 -200 OK\r\n\r\n", .protocolError),
        down("an unknown version", "HTTP/9.9 200 OK\r\n\r\n", .protocolError),
        down("a negative length", head + "Content-Length: -1\r\n\r\n", .protocolError),
        down("a length of letters", head + "Content-Length: abc\r\n\r\n", .protocolError),
        down("a header without a colon", head + "nonsense\r\n\r\n", .protocolError),
        down("a NUL in a header", head + "X-Nul: a\u{0}b\r\n\r\n", .protocolError),
        down("two lengths", head + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nok", .protocolError),
        down("a chunk size of letters", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n", .protocolError),
        down(
            "an endless chunk size",
            head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n",
            .protocolError
        ),
        down("an unknown transfer encoding", head + "Transfer-Encoding: zebra\r\n\r\nok", .protocolError),
        down("status 999", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", .status),
        down("status 000", "HTTP/1.1 000 Odd\r\n\r\n", .protocolError),
    ]

    private static let truncated = [
        down("a short body", head + "Content-Length: 10\r\n\r\nok", .protocolError),
        down("chunks without an end", head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", .protocolError),
        down("a chunk cut in the middle", head + "Transfer-Encoding: chunked\r\n\r\nff\r\nok", .protocolError),
        HostileAnswer(
            name: "reset in the body",
            steps: [.send(head + "Content-Length: 10\r\n\r\nok"), .wait(20), .reset],
            reason: .reset
        ),
    ]

    private static let tooLarge = [
        HostileAnswer(
            name: "one endless header",
            steps: [.send(head + "X-Long: "), .flood(String(repeating: "x", count: 60_000))],
            reason: .tooLarge
        ),
        HostileAnswer(
            name: "endless headers",
            steps: [.send(head), .flood(String(repeating: "X-Many: yes\r\n", count: 4_000))],
            reason: .tooLarge
        ),
        HostileAnswer(
            name: "an endless body",
            steps: [.send(head + "\r\n"), .flood(String(repeating: "x", count: 60_000))],
            outcome: .up
        ),
    ]

    private static let slow = [
        HostileAnswer(name: "silence", steps: [], reason: .timeout, phase: .firstByte, timeout: 150),
        HostileAnswer(
            name: "headers drop by drop",
            steps: [.drip(head + "X: y\r\n\r\n", every: 50)],
            reason: .timeout,
            timeout: 300
        ),
        HostileAnswer(
            name: "a body that stops",
            steps: [.send(head + "Content-Length: 10\r\n\r\nok")],
            reason: .timeout,
            phase: .total,
            timeout: 150
        ),
        HostileAnswer(
            name: "an unasked switch of protocols",
            steps: [.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")],
            reason: .timeout,
            timeout: 150
        ),
    ]

    private static func redirect(_ name: String, _ location: String, _ reason: Reason) -> HostileAnswer {
        HostileAnswer(
            name: name,
            steps: ScriptedTarget.answer(302, headers: ["Location: \(location)"]),
            reason: reason
        )
    }

    private static let redirects = [
        redirect("a redirect to itself", "/", .redirect),
        redirect("a redirect to a file", "file:///etc/passwd", .redirect),
        redirect("a redirect to gopher", "gopher://127.0.0.1/", .redirect),
        redirect("a redirect to the metadata service", "http://169.254.169.254/latest/", .denied),
        redirect("the same in decimal", "http://2852039166/latest/", .denied),
        redirect("the same mapped to IPv6", "http://[::ffff:169.254.169.254]/", .denied),
        redirect("a redirect to nonsense", "http://[nonsense/", .redirect),
        redirect("an empty redirect", "", .status),
        down("a redirect without a target", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", .status),
    ]
}
