import Checks
import Events

/// What a failure proves about its target (design §5).
enum Evidence {
    /// Whether nothing answered in this failure, so that it could be the pinger's own network.
    static func isDoubtful(_ observation: CheckObservation) -> Bool {
        guard observation.outcome == .down, !observation.wasAnswered else { return false }
        switch observation.reason {
        case .dns, .timeout, .unreachable: return true
        default: return false
        }
    }

    /// The observation of a region that sees nothing at all: unknown, for want of sight.
    static func annulled(_ observation: CheckObservation) -> CheckObservation {
        var annulled = observation
        annulled.outcome = .unknown
        annulled.reason = .blind
        annulled.isLocalFault = true
        let seen = observation.detail ?? observation.reason?.rawValue ?? "no answer"
        annulled.detail = "no canary answered either (\(seen))"
        return annulled
    }
}
