import JSON

/// One monitor's status as the API tells it, put into words.
struct StatusLine {
    /// The monitor's id.
    let monitor: Int64
    private let name: String
    private let state: String
    private let isDegraded: Bool
    private let since: Int64?
    private let regions: [(name: String, seen: JSONObject)]

    /// Reads an item of `GET /api/v1/status`; nil where it is none.
    init?(_ status: JSONObject) {
        guard let monitor = status.integer("monitor"), let state = status.text("state") else { return nil }
        self.monitor = monitor
        self.name = status.text("name") ?? "monitor \(monitor)"
        self.state = state
        self.isDegraded = status.flag("degraded")
        self.since = status.time("since")
        guard case .object(let regions)? = status["regions"] else {
            self.regions = []
            return
        }
        self.regions = regions.members.compactMap { member in
            if case .object(let seen) = member.value { (name: member.name, seen: seen) } else { nil }
        }.sorted { $0.name < $1.name }
    }

    /// Whether any region has found something.
    var hasResult: Bool { !self.regions.isEmpty }

    /// By how urgent it is, then by name.
    static func isBefore(_ left: StatusLine, _ right: StatusLine) -> Bool {
        (left.mark.rank, left.name, left.monitor) < (right.mark.rank, right.name, right.monitor)
    }

    /// Shape, word and colour.
    var mark: StateMark { StateMark.of(state: self.state, degraded: self.isDegraded) }

    /// The state in a word; a slow monitor is `degraded` to a person.
    var word: String { self.state == "up" && self.isDegraded ? "degraded" : self.state }

    /// Its row of the table at `now`, Unix ms: state, name, since, regions, why.
    func row(now: Int64) -> [TextTable.Cell] {
        [
            TextTable.Cell("\(self.mark.shape) \(self.word)", self.mark.ink),
            TextTable.Cell(String(self.monitor), .faint),
            TextTable.Cell(self.name),
            TextTable.Cell(self.spokenSince(now)),
            TextTable.Cell(self.spokenRegions),
            TextTable.Cell(self.reason ?? ""),
        ]
    }

    /// `● up  example.com: local 12 ms`.
    func sentence(_ style: TextStyle) -> String {
        let why = self.reason.map { " (\($0))" } ?? ""
        let rest = "\(self.name): \(self.spokenRegions)\(why)"
        return style.paint("\(self.mark.shape) \(self.word)", self.mark.ink) + "  " + TextTable.printable(rest)
    }

    /// `down for 4 min`.
    private func spokenSince(_ now: Int64) -> String {
        guard let since = self.since else { return "" }
        let elapsed = Spoken.elapsed(millis: now - since)
        return elapsed == "now" ? "\(self.state) just now" : "\(self.state) for \(elapsed)"
    }

    /// `eu 12 ms, us ✖ timeout`.
    private var spokenRegions: String {
        self.regions.map { region in
            let outcome = region.seen.text("outcome") ?? "unknown"
            let latency = region.seen.thousandths("latencyMs").map(Spoken.latency) ?? ""
            switch outcome {
            case "up": return "\(region.name) \(latency)"
            case "degraded": return "\(region.name) ▲ \(latency)"
            default:
                let shape = outcome == "down" ? "✖" : "?"
                return "\(region.name) \(shape) \(region.seen.text("reason") ?? outcome)"
            }
        }.joined(separator: ", ")
    }

    /// What the first region that failed says.
    private var reason: String? {
        guard self.state != "paused" else { return nil }
        return self.regions.first { $0.seen.text("outcome") == "down" }?.seen.text("detail")
            ?? self.regions.first { $0.seen.text("outcome") == "unknown" }?.seen.text("detail")
    }
}
