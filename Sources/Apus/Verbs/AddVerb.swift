import Glibc
import JSON
import Service

/// `apus add`: watches something new.
struct AddVerb: Verb {
    static let name = "add"
    static let summary = "watches a website or a TCP port from now on"
    static let operands = "URL"
    static let operandCount = 1...1
    static let description = [
        """
        Adds a monitor for an http or https URL, or for the TCP port HOST:PORT, and shows what its first check finds. \
        A host name alone is taken for https://HOST.
        """,
        """
        With --webhook its alerts go to that URL alone. The channel is made at the first use, and its signing secret \
        shown this once; later monitors share it. Without, they go to the channels that are marked default.
        """,
        GatewayAccess.description,
    ]
    static let options =
        [
            VerbOption("--name", value: "NAME", "What it is called. Default: the host of the URL."),
            VerbOption("--interval", value: "SECONDS", "Time between two checks, 1 to 86400. Default: 60."),
            VerbOption("--type", value: "TYPE", "http or tcp. Default: what the target looks like."),
            VerbOption("--webhook", value: "URL", "Where alerts go: a webhook, or one of Slack or Discord."),
            VerbOption("--threshold", value: "N", "Failures in a row that make a region's verdict. Default: 3."),
            VerbOption("--region", value: "NAME", isRepeatable: true, "Checks from this region. Default: from all."),
            VerbOption("--json", "Prints the API's JSON instead; notes go to standard error."),
        ] + GatewayAccess.options

    /// How long the first result is waited for, beyond the time that the check itself may take.
    private static let patience: Int64 = 4_000

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let environment = processEnvironment()
        let request = try NewMonitor(arguments)
        let client = try GatewayClient(try GatewayAccess.find(arguments, environment: environment))
        Signals.unblock()
        let isJSON = arguments.has("--json")
        let say: (String) -> Void = { isJSON ? printError($0 + "\n") : print($0) }
        var channel: WebhookChannel?
        if let url = arguments.value("--webhook") {
            let obtained = try WebhookChannel.obtain(url, client)
            // At once: should the monitor be refused, the secret would be lost otherwise.
            for line in Self.words(obtained) { say(line) }
            channel = obtained
        }
        let answer = try client.post("/api/v1/monitors", request.body(channel: channel?.id))
        guard case .object(let monitor) = answer.document, let id = monitor.integer("id") else {
            throw VerbError("the gateway's answer names no monitor", code: 1)
        }
        if case .array(let warnings)? = monitor["warnings"] {
            for case .string(let warning) in warnings { say("Note: \(TextTable.printable(warning))") }
        }
        if isJSON {
            print(String(decoding: answer.bytes, as: UTF8.self))
            return 0
        }
        let every = monitor.thousandths("interval").map(Spoken.setting) ?? "interval"
        print("Monitor \(id), \(TextTable.printable(request.name)), is watched every \(every).")
        fflush(nil)
        let style = TextStyle.standardOutput(environment)
        print(Self.firstResult(of: id, client, timeout: monitor.thousandths("timeout") ?? 10_000, style))
        return 0
    }

    /// What is told of the channel.
    static func words(_ channel: WebhookChannel) -> [String] {
        let name = TextTable.printable(channel.name)
        guard !channel.isReused else {
            return ["Alerts go to channel \(channel.id), \(name), which was there already."]
        }
        var lines = ["Alerts go to channel \(channel.id), \(name), made now."]
        if let secret = channel.secret {
            lines.append("Its signing secret, shown this once: \(secret)")
        }
        return lines
    }

    private static func firstResult(
        of monitor: Int64,
        _ client: GatewayClient,
        timeout: Int64,
        _ style: TextStyle
    ) -> String {
        let end = MonotonicClock.millis + min(timeout, 10_000) + Self.patience
        while MonotonicClock.millis < end {
            // 404 and 503 too: the board learns of a monitor a moment after it was made.
            if let answer = try? client.get("/api/v1/monitors/\(monitor)/status"),
                case .object(let status) = answer.document, let line = StatusLine(status), line.hasResult
            {
                return line.sentence(style)
            }
            usleep(50_000)
        }
        return "There is no result yet; 'apus status' will show it."
    }
}
