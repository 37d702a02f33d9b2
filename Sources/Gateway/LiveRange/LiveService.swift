import Events
import HTTPServer
import History
import JSON

/// One service of `GET /api/live`, in the five words of its interface.
struct LiveService {
    /// How a service is.
    enum Status: String {
        case healthy, down, error, timeout, unknown

        /// What a state comes to; of a failure, by its reason.
        init(_ state: State, reason: String?) {
            switch state {
            case .up, .pending: self = .healthy
            case .new, .unknown, .paused: self = .unknown
            case .down, .recovering: self.init(failure: reason)
            }
        }

        private init(failure reason: String?) {
            switch reason.flatMap(Reason.init) {
            case .timeout: self = .timeout
            case .status, .body, .redirect, .protocolError, .tooLarge: self = .error
            default: self = .down
            }
        }
    }

    private let entry: BoardEntry
    private let document: JSONObject

    /// The service of an entry as it is to be shown.
    init(_ entry: BoardEntry) {
        self.entry = entry
        guard case .object(let document)? = try? JSONParser.parse(entry.body.bytes) else {
            self.document = JSONObject()
            return
        }
        self.document = document
    }

    /// Writes it with what it found in each bucket.
    func write(_ distributions: [CheckDistribution], _ buckets: BucketRow, to writer: inout JSONWriter) {
        var whole = CheckDistribution()
        for distribution in distributions { whole.merge(distribution) }
        writer.beginObject()
        writer.member("id", self.entry.id)
        writer.name("name")
        writer.value(self.document["name"] ?? .null)
        writer.name("url")
        writer.value(self.document["target"] ?? .null)
        writer.member("status", Status(self.entry.state, reason: self.reason).rawValue)
        writer.member("state", self.entry.state.rawValue)
        writer.member("since", time: self.entry.facts.since)
        writer.member("latencyMs", self.entry.facts.latencyMs)
        Self.write(whole, to: &writer)
        writer.name("buckets")
        writer.beginArray()
        for (index, distribution) in distributions.enumerated() {
            writer.beginObject()
            writer.member("start", time: buckets.start + Int64(index) * buckets.width)
            Self.writeLatency("latencyMs", distribution.mean, to: &writer)
            let jitter = distribution.least.flatMap { least in distribution.greatest.map { $0 - least } }
            Self.writeLatency("jitterMs", jitter, to: &writer)
            Self.write(distribution, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    /// Why the first region that saw it fail says that it does; `nil`: none says so.
    private var reason: String? {
        guard case .object(let regions)? = self.document["regions"] else { return nil }
        for member in regions.members {
            guard case .object(let region) = member.value, region["outcome"] == .string(Outcome.down.rawValue),
                case .string(let reason)? = region["reason"]
            else { continue }
            return reason
        }
        return nil
    }

    private static func write(_ distribution: CheckDistribution, to writer: inout JSONWriter) {
        // To three decimals of a percent.
        writer.member("uptimePercent", distribution.successRatio.map { ($0 * 100_000).rounded() / 1_000 })
        writer.name("distribution")
        writer.beginObject()
        writer.member("healthy", distribution.healthy)
        writer.member("down", distribution.down)
        writer.member("error", distribution.error)
        writer.member("timeout", distribution.timeout)
        writer.member("unknown", distribution.unknown)
        writer.endObject()
    }

    private static func writeLatency(_ name: String, _ microseconds: Int64?, to writer: inout JSONWriter) {
        writer.name(name)
        if let microseconds { writer.milliseconds(microseconds: microseconds) } else { writer.null() }
    }
}
