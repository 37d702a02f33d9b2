/// What `Consumer.poll` found.
package enum ConsumerEvent {
    /// Records, at least one.
    case messages(MessageBatch)
    /// The group gives these partitions: answer with `Consumer.assign`, then reading begins.
    case assigned([TopicPartition])
    /// The group takes all partitions back: answer with `Consumer.unassign`; the others wait for it.
    ///
    /// `lost` tells that they belong to somebody else already (the session timed out): nothing of them may be committed.
    case revoked([TopicPartition], lost: Bool)
    /// Reading of one partition stopped: out of range, unknown topic or partition, unauthorised.
    ///
    /// It goes on only after a new `assign` (of all partitions); the others are not concerned meanwhile.
    case partitionFailed(TopicPartition, KafkaError)
    /// The client is in trouble as a whole; unless the error is fatal, librdkafka goes on trying by itself.
    case failed(KafkaError)
}
