import JSON
import Service

/// A monitor as the command line describes it.
struct NewMonitor {
    /// What it is called.
    let name: String
    private let target: ProbeTarget
    private let interval: Int64?
    private let threshold: Int64?
    private let regions: [String]

    /// Reads the operand and the options of `apus add`.
    init(_ arguments: VerbArguments) throws(VerbError) {
        self.target = try ProbeTarget(arguments.operands.first ?? "", type: arguments.value("--type"))
        self.name = arguments.value("--name") ?? self.target.host
        self.interval = try arguments.seconds("--interval", 1_000...86_400_000)
        self.threshold = try arguments.integer("--threshold", 1...1_000)
        self.regions = arguments.all("--region")
    }

    /// The document for `POST /api/v1/monitors`; what was not said is left to the gateway's defaults.
    func body(channel: Int64?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", self.name)
        writer.member("type", self.target.type)
        writer.member("target", self.target.target)
        if let interval = self.interval {
            writer.name("interval")
            writer.seconds(milliseconds: interval)
        }
        if let threshold = self.threshold { writer.member("failureThreshold", threshold) }
        if !self.regions.isEmpty {
            writer.name("regions")
            writer.beginArray()
            for region in self.regions { writer.value(region) }
            writer.endArray()
        }
        if let channel {
            writer.name("channels")
            writer.beginArray()
            writer.value(channel)
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}
