import CRdKafka

/// What went wrong, with the code of librdkafka or of the broker.
package struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A code of librdkafka: negative for its own, positive for the broker's (Kafka protocol error codes).
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int32

        /// Wraps a number of librdkafka's table of errors.
        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        init(_ code: rd_kafka_resp_err_t) {
            self.rawValue = code.rawValue
        }
    }

    /// Says which error this is.
    package let code: Code
    /// Whether the client can't be used any more and has to be made anew.
    package let isFatal: Bool
    /// Whether the same call may work later without a change.
    package let isRetriable: Bool
    /// What librdkafka said, in English; may name topics and addresses, never payloads.
    package let text: String

    /// The symbol of the code without prefix, such as `UNKNOWN_TOPIC_OR_PART` or `_QUEUE_FULL`.
    package var name: String {
        guard let name = unsafe rd_kafka_err2name(rd_kafka_resp_err_t(self.code.rawValue)) else { return "UNKNOWN" }
        return unsafe String(cString: name)
    }

    package var description: String {
        "Kafka: \(self.text) (\(self.name))"
    }

    /// An error found on this side, before or beside librdkafka.
    package init(_ code: Code, _ text: String, isFatal: Bool = false, isRetriable: Bool = false) {
        self.code = code
        self.text = text
        self.isFatal = isFatal
        self.isRetriable = isRetriable
    }

    init(_ code: rd_kafka_resp_err_t, while action: String) {
        let reason = unsafe rd_kafka_err2str(code).map { unsafe String(cString: $0) } ?? "error \(code.rawValue)"
        self.init(
            Code(code),
            "\(action): \(reason)",
            isFatal: code == RD_KAFKA_RESP_ERR__FATAL,
            isRetriable: Code.retriable.contains(Code(code))
        )
    }

    /// Reads and destroys an error object of librdkafka.
    init(taking error: OpaquePointer, while action: String) {
        let reason = unsafe rd_kafka_error_string(error).map { unsafe String(cString: $0) } ?? "unknown error"
        unsafe self.init(
            Code(rd_kafka_error_code(error)),
            "\(action): \(reason)",
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0
        )
        unsafe rd_kafka_error_destroy(error)
    }
}

extension KafkaError.Code {
    /// The producer's queue holds as many messages as it may.
    package static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    /// The topic exists nowhere in the cluster, as this client knows.
    package static let unknownTopic = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    /// The partition does not exist, as this client knows.
    package static let unknownPartition = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    /// The broker knows no such topic or partition.
    package static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    /// The asked offset is before the log's start or after its end; given for a consumer's partition.
    package static let outOfRange = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    /// The broker's own word for `outOfRange`.
    package static let offsetOutOfRange = Self(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    /// No broker can be reached; librdkafka goes on trying.
    package static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    /// A connection failed or broke; librdkafka goes on trying.
    package static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
    /// A broker's name can't be resolved.
    package static let resolve = Self(RD_KAFKA_RESP_ERR__RESOLVE)
    /// The time given ran out on this side.
    package static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
    /// A message stayed in the queue longer than it may.
    package static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    /// The message or batch is larger than the broker takes.
    package static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    /// The topic is there already.
    package static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    /// Another member took this static member's id: this client is out for good.
    package static let fencedInstance = Self(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
    /// The group no longer knows this member.
    package static let unknownMember = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
    /// The caller was not in `poll` for `max.poll.interval.ms` and lost its partitions.
    package static let maxPollExceeded = Self(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    /// The client is beyond repair; `text` says why.
    package static let fatal = Self(RD_KAFKA_RESP_ERR__FATAL)
    /// A property or an argument is wrong.
    package static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
    /// The asked thing is not in the present state of the client.
    package static let state = Self(RD_KAFKA_RESP_ERR__STATE)
    /// A message was still in the queue when its producer ended.
    package static let purged = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)

    static let retriable: Set<Self> = [
        .queueFull, .allBrokersDown, .transport, .resolve, .timedOut,
        Self(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT), Self(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE),
        Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION), Self(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
        Self(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS), Self(RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
        Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS), Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS),
        Self(RD_KAFKA_RESP_ERR__WAIT_COORD), Self(RD_KAFKA_RESP_ERR__IN_PROGRESS),
    ]
}
