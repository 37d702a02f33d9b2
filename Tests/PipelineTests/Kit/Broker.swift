import Kafka
import TestServers

/// The log that a stack runs on.
enum Broker {
    /// The one in the memory of `apus up`.
    case embedded
    /// A real Apache Kafka, which outlives the stack.
    case kafka(RealKafka)

    /// What `apus up` is told of it.
    var variables: [String: String] {
        switch self {
        case .embedded: [:]
        case .kafka(let kafka): ["KAFKA_BROKERS": kafka.bootstrap]
        }
    }
}
