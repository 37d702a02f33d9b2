import Events
import JSON
import Networking

/// A monitor as the API speaks of it: reads what a client sent, naming every fault at once, and writes what it gets.
///
/// Times are RFC 3339, durations seconds (design §7). Secrets go in and never come out; `secrets` says which are set.
enum MonitorDocument {
    /// A definition with its secrets in clear, not yet sealed.
    struct Draft {
        var monitor: Monitor
        var secrets: HTTPSecrets
    }

    /// Reads a new monitor, or an edit of `former` (a merge patch, RFC 7386: what is left out stays, null resets).
    ///
    /// The id, the generation and the times of the result are the former's, or zeros: the store gives them.
    /// - Throws: ``JSONFaults`` with every fault of the document.
    static func read(
        _ document: JSONValue,
        editing former: Draft? = nil,
        policy: AddressPolicy = .any
    ) throws(JSONFaults) -> Draft {
        let fields = PatchReader(JSONReader(document), isNew: former == nil)
        let old = former?.monitor
        let name = fields.required(
            "name",
            .string(1...200).then("Must not hold control characters.", printable),
            old?.name
        )
        // A push monitor would only ever miss its heartbeats: no route takes them yet.
        let type = fields.required("type", .oneOf(["http", "tcp"]), old?.check.type)
        let interval = fields.value("interval", .seconds(milliseconds: 1_000...86_400_000), old?.interval, or: 60_000)
        let target = self.target(fields, type: type, old: old, policy: policy)

        var monitor = Monitor(
            id: old?.id ?? 0,
            name: name ?? "",
            target: target,
            check: .tcp(TCPCheckSettings()),
            interval: interval,
            createdAt: old?.createdAt ?? 0
        )
        monitor.generation = old?.generation ?? 0
        monitor.updatedAt = old?.updatedAt ?? 0
        monitor.checkRequestedAt = old?.checkRequestedAt
        self.readTimes(fields, into: &monitor, old: old)
        self.readAlerting(fields, into: &monitor, old: old)
        self.readLabels(fields, into: &monitor, old: old)

        var secrets = HTTPSecrets()
        switch type {
        case "http":
            let settings = HTTPDocument.read(fields, old: old)
            secrets = HTTPDocument.readSecrets(fields, old: former?.secrets ?? HTTPSecrets())
            monitor.check = .http(settings)
        case "push":
            var grace: Int64?
            if case .push(let settings)? = old?.check { grace = settings.grace }
            let range: ClosedRange<Int64> = 0...86_400_000
            monitor.check = .push(
                PushCheckSettings(grace: fields.value("grace", .seconds(milliseconds: range), grace, or: interval / 2))
            )
        default:
            var family: AddressFamily?
            if case .tcp(let settings)? = old?.check { family = settings.addressFamily }
            monitor.check = .tcp(TCPCheckSettings(addressFamily: HTTPDocument.family(fields, old: family)))
        }
        try fields.reader.finish()
        return Draft(monitor: monitor, secrets: secrets)
    }

    private static func printable(_ text: String) -> String? {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
    }

    private static func target(
        _ fields: PatchReader,
        type: String?,
        old: Monitor?,
        policy: AddressPolicy
    ) -> String {
        // A change of type makes the former target meaningless, so that it must be given again.
        let former = old?.check.type == type ? old?.target : nil
        switch type {
        case "http": return fields.required("target", Target.url(policy), former) ?? ""
        case "tcp": return fields.required("target", Target.hostAndPort(policy), former) ?? ""
        case "push":
            return fields.value("target", .string(0...0).then("Must be empty for a push monitor.") { $0 }, nil, or: "")
        default:
            _ = fields.reader.optional("target", .string())
            return ""
        }
    }

    private static func readTimes(_ fields: PatchReader, into monitor: inout Monitor, old: Monitor?) {
        let interval = monitor.interval
        monitor.timeout = fields.value(
            "timeout",
            .seconds(milliseconds: 1...300_000),
            old?.timeout,
            or: Monitor.defaultTimeout(interval: interval)
        )
        monitor.retryInterval = fields.value(
            "retryInterval",
            .seconds(milliseconds: 100...interval),
            old.map { min($0.retryInterval, interval) },
            or: min(interval, 10_000)
        )
        monitor.degradedAfter = fields.value(
            "degradedAfter",
            .seconds(milliseconds: 1...300_000),
            old?.degradedAfter,
            or: 1_000
        )
    }

    private static func readAlerting(_ fields: PatchReader, into monitor: inout Monitor, old: Monitor?) {
        let threshold = JSONRule<Int64>.integer(1...1_000)
        monitor.failureThreshold = Int(
            fields.value("failureThreshold", threshold, old.map { Int64($0.failureThreshold) }, or: 3)
        )
        monitor.recoveryThreshold = Int(
            fields.value("recoveryThreshold", threshold, old.map { Int64($0.recoveryThreshold) }, or: 2)
        )
        monitor.quorum = fields.value("quorum", self.quorum, old?.quorum, or: .majority)
        let ids = JSONRule<[Int64]>.list(of: .integer(1...Int64.max), count: 0...100)
        monitor.channels = fields.value("channels", ids.then("Must not repeat.", distinct), old?.channels)
        monitor.reminderInterval = fields.value(
            "reminderInterval",
            .seconds(milliseconds: 300_000...2_592_000_000),
            old?.reminderInterval
        )
        monitor.dependsOn = fields.value("dependsOn", ids.then("Must not repeat.", distinct), old?.dependsOn, or: [])
        if old != nil, monitor.dependsOn.contains(monitor.id) {
            fields.reader.fault("dependsOn", "A monitor can't depend on itself.")
        }
        monitor.enabled = fields.value("enabled", .boolean, old?.enabled, or: true)
    }

    private static func readLabels(_ fields: PatchReader, into monitor: inout Monitor, old: Monitor?) {
        let region = JSONRule<String>.string(1...32).then("Must be of a-z, 0-9 and -, and not \"push\".", self.region)
        let regions = JSONRule<[String]>.list(of: region, count: 1...100).then("Must not repeat.", distinct)
        monitor.regions = fields.value("regions", regions, old?.regions)
        monitor.group = fields.value(
            "group",
            .string(1...100).then("Must not hold control characters.", printable),
            old?.group
        )
        let tag = JSONRule<String>.string(1...100).then("Must not hold control characters.", printable)
        monitor.tags = fields.value(
            "tags",
            .list(of: tag, count: 0...50).then("Must not repeat.", distinct),
            old?.tags,
            or: []
        )
    }

    private static func distinct<Element: Hashable>(_ list: [Element]) -> [Element]? {
        Set(list).count == list.count ? list : nil
    }

    /// Whether `name` may be a region's: what pingers pulse as, apart from the gateways' own.
    static func region(_ name: String) -> String? {
        guard name != Pulse.pushRegion, !name.isEmpty else { return nil }
        let isGood = name.utf8.allSatisfy {
            ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                || $0 == UInt8(ascii: "-")
        }
        return isGood ? name : nil
    }

    private static let quorumWords = "Must be \"majority\", \"any\", \"all\" or a whole number of at least 1."

    private static var quorum: JSONRule<Quorum> {
        JSONRule<JSONValue>.any.then(self.quorumWords) { value in
            switch value {
            case .string("majority"): .majority
            case .string("any"): .any
            case .string("all"): .all
            case .integer(let number) where (1...1_000).contains(number): .count(Int(number))
            // 2.0 is a whole number, too.
            case .real(let number) where (1...1_000).contains(number): Int(exactly: number).map(Quorum.count)
            default: nil
            }
        }
    }
}

/// Reads the members of an edit: what is left out keeps its former value, null takes the default.
struct PatchReader {
    /// The document.
    let reader: JSONReader
    /// Whether nothing stood here before, so that required members must be given.
    let isNew: Bool

    /// Reads `reader`'s object as a new document or as an edit.
    init(_ reader: JSONReader, isNew: Bool) {
        self.reader = reader
        self.isNew = isNew
    }

    /// A member with a default.
    func value<Value>(_ name: String, _ rule: JSONRule<Value>, _ old: Value?, or fallback: Value) -> Value {
        if self.reader.isNull(name) { return fallback }
        return self.reader.optional(name, rule) ?? old ?? fallback
    }

    /// A member that may be absent.
    func value<Value>(_ name: String, _ rule: JSONRule<Value>, _ old: Value?) -> Value? {
        if self.reader.isNull(name) { return nil }
        return self.reader.optional(name, rule) ?? old
    }

    /// A member that a new document must have and no edit can take away.
    func required<Value>(_ name: String, _ rule: JSONRule<Value>, _ old: Value?) -> Value? {
        if let old, !self.reader.contains(name) { return old }
        return self.reader.required(name, rule)
    }
}
