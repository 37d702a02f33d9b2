import JSON
import Service

/// `apus list`: what is watched.
struct ListVerb: Verb {
    static let name = "list"
    static let summary = "lists the monitors and how they are set"
    static let description = [
        "A table of all monitors: id, name, kind, target, interval, regions and channels.",
        GatewayAccess.description,
    ]
    static let options = [VerbOption("--json", "Prints the API's JSON instead.")] + GatewayAccess.options

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let environment = processEnvironment()
        let client = try GatewayClient(try GatewayAccess.find(arguments, environment: environment))
        Signals.unblock()
        let monitors = try client.all("/api/v1/monitors")
        let style = TextStyle.standardOutput(environment)
        print(arguments.has("--json") ? JSONList.text(monitors) : Self.table(monitors, style), terminator: "")
        return 0
    }

    /// The table, in the order of the list.
    static func table(_ monitors: [JSONObject], _ style: TextStyle) -> String {
        guard !monitors.isEmpty else {
            return "Nothing is watched yet. Add a website with: apus add https://example.com\n"
        }
        var table = TextTable("ID", "NAME", "TYPE", "TARGET", "EVERY", "REGIONS", "CHANNELS")
        for monitor in monitors {
            let isEnabled = monitor.flag("enabled")
            table.add([
                TextTable.Cell(monitor.integer("id").map(String.init) ?? "", .faint),
                TextTable.Cell(monitor.text("name") ?? ""),
                TextTable.Cell(monitor.text("type") ?? ""),
                TextTable.Cell(monitor.text("target") ?? ""),
                TextTable.Cell(
                    isEnabled ? monitor.thousandths("interval").map(Spoken.setting) ?? "" : "paused",
                    isEnabled ? nil : .yellow
                ),
                TextTable.Cell(Self.list(monitor["regions"], nothing: "all", empty: "none")),
                TextTable.Cell(Self.list(monitor["channels"], nothing: "default", empty: "none")),
            ])
        }
        return table.text(style)
    }

    private static func list(_ value: JSONValue?, nothing: String, empty: String) -> String {
        guard case .array(let elements)? = value else { return nothing }
        let words = elements.compactMap { element -> String? in
            switch element {
            case .string(let text): text
            case .integer(let number): String(number)
            default: nil
            }
        }
        return words.isEmpty ? empty : words.joined(separator: ", ")
    }
}
