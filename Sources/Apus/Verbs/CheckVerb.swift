import Events
import Service

/// `apus check`: one probe from this machine.
struct CheckVerb: Verb {
    static let name = "check"
    static let summary = "probes a target once, from here, and draws where the time went"
    static let operands = "URL"
    static let operandCount = 1...1
    static let description = [
        """
        Probes an http or https URL, or the TCP port HOST:PORT, as a pinger does, and draws how long the lookup of the \
        name, the connection, the TLS handshake, the wait for the first byte and the transfer took. A host name alone \
        is taken for https://HOST. Nothing else of Apus needs to run.
        """,
        "The exit status is 0 for up and degraded, 1 for down, 2 where the fault is on this side.",
    ]
    static let options = [
        VerbOption("--timeout", value: "SECONDS", "How long it may take, 0.001 to 300. Default: 10."),
        VerbOption("--degraded-after", value: "SECONDS", "A correct answer slower than this is degraded. Default: 1."),
        VerbOption("--method", value: "METHOD", "The request's method. Default: GET."),
        VerbOption("--header", value: "'NAME: VALUE'", isRepeatable: true, "A header line of the request."),
        VerbOption("--body", value: "TEXT", "The request's body."),
        VerbOption("--statuses", value: "LIST", "Which status codes are correct, as 200-299,301. Default: 200-299."),
        VerbOption("--keyword", value: "TEXT", "What the body must contain, in its first 1 MiB."),
        VerbOption("--insecure", "Takes any certificate."),
        VerbOption("--family", value: "FAMILY", "Which addresses are used: any, ipv4 or ipv6. Default: any."),
        VerbOption("--json", "Prints one JSON object instead."),
    ]

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let (monitor, secrets) = try Self.monitor(arguments)
        Signals.unblock()
        let seen = try ProbeOnce.run(monitor, secrets: secrets)
        let report = ProbeReport(monitor.target, seen, now: WallClock.millis)
        let style = TextStyle.standardOutput(processEnvironment())
        print(arguments.has("--json") ? report.json : report.text(style), terminator: "")
        return report.exitCode
    }

    /// The monitor that the command line describes.
    static func monitor(_ arguments: VerbArguments) throws(VerbError) -> (Monitor, HTTPSecrets) {
        let target = try ProbeTarget(arguments.operands.first ?? "")
        let family = arguments.value("--family") ?? "any"
        guard let family = AddressFamily(rawValue: family) else {
            throw VerbError("--family: expected any, ipv4 or ipv6, found '\(family)'", code: ExitCode.usage)
        }
        var secrets = HTTPSecrets()
        var check = CheckSettings.tcp(TCPCheckSettings(addressFamily: family))
        if target.type == "http" {
            check = .http(try Self.settings(arguments, family))
            secrets.headers = try Self.headers(arguments)
            secrets.body = arguments.value("--body")
        } else if let option = ["--method", "--header", "--body", "--statuses", "--keyword", "--insecure"]
            .first(where: arguments.has)
        {
            throw VerbError("\(option) is for http and https URLs, '\(target.target)' is none", code: ExitCode.usage)
        }
        let monitor = Monitor(
            id: 1,
            name: target.host,
            target: target.target,
            check: check,
            timeout: try arguments.seconds("--timeout", 1...300_000) ?? 10_000,
            degradedAfter: try arguments.seconds("--degraded-after", 1...300_000) ?? 1_000,
            createdAt: 0
        )
        return (monitor, secrets)
    }

    private static func settings(
        _ arguments: VerbArguments,
        _ family: AddressFamily
    ) throws(VerbError) -> HTTPCheckSettings {
        let list = arguments.value("--statuses") ?? "200-299"
        guard let statuses = StatusSet(list) else {
            throw VerbError(
                "--statuses: expected codes and ranges as 200-299,301, found '\(list)'",
                code: ExitCode.usage
            )
        }
        let method = (arguments.value("--method") ?? "GET").uppercased()
        guard ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(method) else {
            throw VerbError("--method: expected GET, HEAD, POST or the like, found '\(method)'", code: ExitCode.usage)
        }
        return HTTPCheckSettings(
            method: method,
            statuses: statuses,
            keyword: arguments.value("--keyword"),
            verifyTLS: !arguments.has("--insecure"),
            addressFamily: family
        )
    }

    private static func headers(_ arguments: VerbArguments) throws(VerbError) -> [HTTPSecrets.Header] {
        var headers: [HTTPSecrets.Header] = []
        for line in arguments.all("--header") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !line.contains(where: \.isNewline) else {
                throw VerbError("--header: expected 'NAME: VALUE', found '\(line)'", code: ExitCode.usage)
            }
            headers.append(HTTPSecrets.Header(name: String(parts[0]), value: String(parts[1].drop { $0 == " " })))
        }
        return headers
    }
}
