import JSON
import Service

/// `apus user`: who may sign in to the dashboard.
struct UserVerb: Verb {
    static let name = "user"
    static let summary = "adds people, lists them, and lets in who lost a password"
    static let operands = "add NAME | list | reset [NAME]"
    static let operandCount = 1...2
    static let description = [
        """
        'add' adds a person and shows a link that signs them in once, within ten minutes; on the page People they set a \
        password. 'reset' shows another such link, for who lost the password: the old one goes on until a new one is \
        set. Without a NAME it signs in whom the key belongs to.
        """,
        "A viewer reads, an editor also changes monitors and channels, an admin also people and keys.",
        GatewayAccess.description,
    ]
    static let options =
        [
            VerbOption("--role", value: "ROLE", "Of the one who is added: viewer, editor or admin. Default: viewer."),
            VerbOption("--json", "Prints the API's JSON instead, of the list."),
        ] + GatewayAccess.options

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let environment = processEnvironment()
        let operands = arguments.operands
        let name = operands.count > 1 ? operands[1] : nil
        let action = operands.first ?? ""
        guard ["add", "list", "reset"].contains(action), action != "add" || name != nil,
            action != "list" || name == nil
        else {
            throw VerbError(
                "'apus user' expects \(Self.operands), found '\(operands.joined(separator: " "))'",
                hint: "Try 'apus user --help'.",
                code: ExitCode.usage
            )
        }
        let client = try GatewayClient(try GatewayAccess.find(arguments, environment: environment))
        Signals.unblock()
        switch action {
        case "add": print(try Self.add(name ?? "", role: arguments.value("--role") ?? "viewer", client))
        case "reset": print(try Self.reset(name, client))
        default:
            let people = try client.all("/api/v1/people")
            let style = TextStyle.standardOutput(environment)
            print(arguments.has("--json") ? JSONList.text(people) : Self.table(people, style), terminator: "")
        }
        return 0
    }

    /// Adds a person; what is told of it.
    static func add(_ name: String, role: String, _ client: GatewayClient) throws(VerbError) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", name)
        writer.member("role", role)
        writer.endObject()
        let answer = try client.post("/api/v1/people", writer.bytes)
        guard case .object(let person) = answer.document, let id = person.integer("id") else {
            throw VerbError("the gateway's answer names no person", code: 1)
        }
        let link = try SignInLink(person: id, client)
        return "\(TextTable.printable(name)) is person \(id), \(TextTable.printable(role)).\n\(link.words)"
    }

    /// Makes a link for a person, found by the name in whatever case, or for whom the key belongs to.
    static func reset(_ name: String?, _ client: GatewayClient) throws(VerbError) -> String {
        guard let name else { return try SignInLink(person: nil, client).words }
        let people = try client.all("/api/v1/people")
        let found = people.first { $0.text("name")?.lowercased() == name.lowercased() }
        guard let id = found?.integer("id") else {
            let near = Suggestion.nearest(to: name, among: people.compactMap { $0.text("name") })
            let question = near.map { "; did you mean '\(TextTable.printable($0))'?" } ?? ""
            throw VerbError(
                "nobody is called '\(TextTable.printable(name))'\(question)",
                hint: "'apus user list' shows all.",
                code: 1
            )
        }
        return try SignInLink(person: id, client).words
    }

    /// The table, in the order of the list.
    static func table(_ people: [JSONObject], _ style: TextStyle) -> String {
        guard !people.isEmpty else { return "There is nobody yet. Add somebody with: apus user add NAME\n" }
        var table = TextTable("ID", "NAME", "ROLE", "PASSWORD", "LAST SEEN")
        for person in people {
            let isDisabled = person.flag("isDisabled")
            table.add([
                TextTable.Cell(person.integer("id").map(String.init) ?? "", .faint),
                TextTable.Cell(person.text("name") ?? ""),
                TextTable.Cell(
                    isDisabled ? "disabled" : person.text("role") ?? "",
                    isDisabled ? .yellow : nil
                ),
                TextTable.Cell(person.flag("hasPassword") ? "set" : "none"),
                TextTable.Cell(person.text("lastSeenAt") ?? "never"),
            ])
        }
        return table.text(style)
    }
}
