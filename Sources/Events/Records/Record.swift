/// One record of `monitoring-results`, decoded.
///
/// A change is by far the largest kind and rare: it lies apart, so that results are copied alone.
package enum Record: Sendable, Hashable {
    case result(CheckResult)
    case pulse(Pulse)
    indirect case change(Change)
    case action(Action)
    case push(Push)

    /// The value of the Kafka header `kind`; `nil` for a result, which has none.
    package var kind: String? {
        switch self {
        case .result: nil
        case .pulse: "pulse"
        case .change: "change"
        case .action: "action"
        case .push: "push"
        }
    }
}
