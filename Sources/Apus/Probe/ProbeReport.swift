import Checks
import Events
import JSON

/// What `apus check` says of a probe, for people and for programs.
struct ProbeReport {
    private let target: String
    private let seen: CheckObservation
    private let now: Int64

    /// The report of what was seen at `now`, Unix ms.
    init(_ target: String, _ seen: CheckObservation, now: Int64) {
        self.target = target
        self.seen = seen
        self.now = now
    }

    /// 0 up or degraded, 1 down, 2 unknown.
    var exitCode: Int32 {
        switch self.seen.outcome {
        case .up, .degraded: 0
        case .down: 1
        case .unknown: 2
        }
    }

    /// The verdict in one sentence.
    var sentence: String {
        let seen = self.seen
        let total = Spoken.latency(micros: seen.timings.total ?? 0)
        switch seen.outcome {
        case .up:
            let how = seen.code.map { "answered \($0)" } ?? "accepted a connection"
            return "\(self.target) \(how) in \(total)."
        case .degraded: return "\(self.target) \(seen.detail ?? "answered slowly, in \(total)")."
        case .down: return "\(self.target) failed: \(seen.detail ?? seen.reason?.rawValue ?? "no reason is known")."
        case .unknown:
            return "\(self.target) can't be judged from here: \(seen.detail ?? "a fault on this side")."
        }
    }

    /// The verdict, what is known of the other side, and the waterfall.
    func text(_ style: TextStyle) -> String {
        let mark = StateMark.of(outcome: self.seen.outcome)
        let verdict = "\(mark.shape) \(self.seen.outcome.rawValue.uppercased())"
        var text = style.paint(verdict, mark.ink) + "  " + TextTable.printable(self.sentence) + "\n"
        var facts: [String] = []
        if let address = self.seen.address { facts.append("address \(address)") }
        if let code = self.seen.code { facts.append("status \(code)") }
        if let expiry = self.seen.certificateExpiresAt {
            facts.append("certificate \(Spoken.certificate(expiresAt: expiry, now: self.now))")
        }
        if let reason = self.seen.reason { facts.append("reason \(reason.rawValue)") }
        if !facts.isEmpty { text += "  " + facts.joined(separator: ", ") + "\n" }
        let bars = Waterfall.text(self.seen.timings, failedIn: self.seen.phase, style)
        return bars.isEmpty ? text : text + "\n" + bars
    }

    /// The same as one JSON object on a line, in the conventions of the API.
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("target", self.target)
        writer.member("startedAt", time: self.seen.startedAt)
        writer.member("outcome", self.seen.outcome.rawValue)
        writer.member("reason", self.seen.reason?.rawValue)
        writer.member("phase", self.seen.phase?.rawValue)
        writer.member("code", self.seen.code.map(Int64.init))
        writer.member("detail", self.seen.detail)
        let timings = self.seen.timings
        let phases = [
            ("dnsMs", timings.dns), ("connectMs", timings.connect), ("tlsMs", timings.tls),
            ("firstByteMs", timings.firstByte), ("latencyMs", timings.total),
        ]
        for (name, micros) in phases {
            writer.name(name)
            if let micros { writer.milliseconds(microseconds: micros) } else { writer.null() }
        }
        writer.member("address", self.seen.address)
        writer.member("certificateExpiresAt", time: self.seen.certificateExpiresAt)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
}
