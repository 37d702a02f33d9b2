import Glibc
import Service

/// `apus status`: how everything is.
struct StatusVerb: Verb {
    static let name = "status"
    static let summary = "shows how every monitor is, the most urgent first"
    static let description = [
        """
        A table of all monitors: the state by shape and word, since when, what each region saw last and how fast, and \
        why a check failed.
        """,
        GatewayAccess.description,
    ]
    static let options =
        [
            VerbOption("--watch", "Shows it anew every two seconds, until Ctrl-C."),
            VerbOption("--json", "Prints the API's JSON instead."),
        ] + GatewayAccess.options

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let environment = processEnvironment()
        let client = try GatewayClient(try GatewayAccess.find(arguments, environment: environment))
        Signals.unblock()
        let style = TextStyle.standardOutput(environment)
        guard arguments.has("--watch") else {
            print(try Self.text(client, arguments, style), terminator: "")
            return 0
        }
        while true {
            // A gateway that restarts ends nothing: it is looked for again.
            let text: String
            do throws(VerbError) {
                text = try Self.text(client, arguments, style)
            } catch {
                text = "\(error.message).\n"
            }
            // Home and clear below: no flicker, and what was above stays in the history.
            print(isatty(STDOUT_FILENO) == 1 ? "\u{1B}[H\u{1B}[2J" + text : text, terminator: "")
            fflush(nil)
            sleep(2)
        }
    }

    private static func text(
        _ client: GatewayClient,
        _ arguments: VerbArguments,
        _ style: TextStyle
    ) throws(VerbError) -> String {
        let statuses = try client.all("/api/v1/status")
        if arguments.has("--json") { return JSONList.text(statuses) }
        return StatusTable.text(statuses, now: WallClock.millis, style)
    }
}
