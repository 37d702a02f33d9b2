/// A producer's counters since it was made.
package struct ProducerStatistics: Sendable, Equatable {
    /// Records that wait or are on their way, whose report is still to come.
    package var queued = 0
    /// Those of `queued` that wait in front of librdkafka's queue.
    package var waiting = 0
    /// Records acknowledged.
    package var delivered = 0
    /// Records that the broker or librdkafka refused for good.
    package var failed = 0
    /// Records dropped because there was no room.
    package var dropped = 0
}
