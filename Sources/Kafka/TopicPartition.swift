/// One partition of one topic.
package struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The topic's name.
    package let topic: String
    /// The partition's number, from 0.
    package let partition: Int32

    /// Names a partition.
    package init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    package var description: String {
        "\(self.topic)[\(self.partition)]"
    }
}

/// A place in a partition: the record that is read next.
package struct LogPosition: Sendable, Hashable, CustomStringConvertible {
    /// The partition it is a place of.
    package let topicPartition: TopicPartition
    /// The offset, from 0, or one of `beginning` and `end`.
    package let offset: Int64

    /// Stands for the oldest record that the log still has.
    package static let beginning: Int64 = -2
    /// Stands for the record that will be written next.
    package static let end: Int64 = -1

    /// Names a place.
    package init(_ topicPartition: TopicPartition, offset: Int64) {
        self.topicPartition = topicPartition
        self.offset = offset
    }

    /// Names a place.
    package init(_ topic: String, _ partition: Int32, offset: Int64) {
        self.init(TopicPartition(topic, partition), offset: offset)
    }

    package var description: String {
        "\(self.topicPartition)@\(self.offset)"
    }
}
