/// How a producer queues and sends.
package struct ProducerOptions: Sendable {
    /// What happens to a record for which there is no room.
    package enum WhenFull: Sendable {
        /// `send` throws `queueFull`.
        case refuse
        /// The oldest record that was not yet handed to librdkafka is dropped, counted and reported with `queueFull`.
        case dropOldest
    }

    /// The greatest number of records that wait in front of librdkafka's own queue, at least 1.
    package var capacity: Int
    /// The greatest number of records in librdkafka's queue, sent or about to be, at least 1.
    package var window: Int
    /// What happens to a record for which there is no room.
    package var whenFull: WhenFull
    /// How long a batch waits for more records, in milliseconds; nil: 5, on an embedded broker 20.
    package var linger: Int?

    /// Describes a producer.
    package init(capacity: Int = 100_000, window: Int = 10_000, whenFull: WhenFull = .refuse, linger: Int? = nil) {
        self.capacity = capacity
        self.window = window
        self.whenFull = whenFull
        self.linger = linger
    }

    /// The properties that the settings may override.
    func defaults(isEmbedded: Bool) -> [(String, String)] {
        [
            ("linger.ms", String(self.linger ?? (isEmbedded ? 20 : 5))),
            // Batches are small: at zstd's usual level its tables cost more to clear than the batch to compress.
            ("compression.codec", "zstd"),
            ("compression.level", "1"),
            ("queue.buffering.max.messages", String(self.window)),
            ("queue.buffering.max.kbytes", "262144"),
            ("retry.backoff.ms", "200"),
            // A topic that is not there yet, or not any more, is waited for as long as librdkafka lets us (an hour).
            ("topic.metadata.propagation.max.ms", "3600000"),
        ]
    }

    /// The properties on which correctness stands (design §5).
    static let fixed = [
        ("acks", "all"),
        ("enable.idempotence", "false"),
        ("max.in.flight", "1"),
        ("message.timeout.ms", "0"),
        ("partitioner", "murmur2_random"),
    ]
}
