import CRdKafka

/// Reads partitions of a cluster.
///
/// For one thread: the one that polls makes every call, except `wakeUp`, which any thread may make. Positions are the
/// caller's: a group's stored offsets are never read; `commit` serves only those who watch the lag.
package final class Consumer {
    let client: ClientHandle
    let log: KafkaLogHandler
    private var pending: ConsumerEvent?
    private var isClosed = false
    /// The names of the topics seen, so that a record costs no new string.
    var topicNames: [String] = []
    /// Where reading met a partition's end; kept only by a consumer that announces ends.
    var ends: [TopicPartition: Int64] = [:]

    /// Makes a consumer; with a group it joins as soon as it is polled.
    ///
    /// The broker need not be there yet. Throws `invalidArgument` for a bad property.
    package convenience init(
        _ settings: KafkaSettings,
        _ options: ConsumerOptions,
        log: @escaping KafkaLogHandler = { _ in }
    ) throws(KafkaError) {
        try self.init(settings, options, announcesEnd: false, log: log)
    }

    init(
        _ settings: KafkaSettings,
        _ options: ConsumerOptions,
        announcesEnd: Bool,
        log: @escaping KafkaLogHandler
    ) throws(KafkaError) {
        let configuration = try settings.configuration(
            defaults: options.defaults(isEmbedded: settings.isEmbedded),
            fixed: options.fixed + [("enable.partition.eof", announcesEnd ? "true" : "false")]
        )
        configuration.enable(events: RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG)
        self.client = try configuration.makeClient(RD_KAFKA_CONSUMER)
        self.log = log
        guard case .group(_, let topics, _) = options.membership else { return }
        let list = PartitionList(topics.map { TopicPartition($0, -1) })
        let code = unsafe rd_kafka_subscribe(self.client.raw, list.raw)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, while: "subscribing to \(topics)")
        }
    }

    /// Waits for what happens next: records (at most `maximum`), or one event of another kind.
    ///
    /// Returns nil when `milliseconds` passed or `wakeUp` was called. Once the first record is there it takes what
    /// else is at hand, without waiting. Throws only when the client is beyond repair (fenced, fatal).
    package func poll(maximum: Int = 1000, milliseconds: Int) throws(KafkaError) -> ConsumerEvent? {
        if let event = self.pending {
            self.pending = nil
            return try Self.checked(event)
        }
        let batch = MessageBatch(client: self.client)
        var wait = Int32(clamping: milliseconds)
        while batch.count < maximum, let event = unsafe self.client.nextEvent(within: wait) {
            switch unsafe rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_FETCH:
                unsafe self.take(event, into: batch)
                wait = 0
            default:
                let endsSeen = self.ends.count
                if let other = unsafe self.read(event) {
                    if batch.isEmpty { return try Self.checked(other) }
                    self.pending = other
                    return .messages(batch)
                }
                if self.ends.count > endsSeen { return batch.isEmpty ? nil : .messages(batch) }
            }
        }
        return batch.isEmpty ? nil : .messages(batch)
    }

    /// Makes a waiting `poll` return, or the next one; from any thread.
    package var wakeUp: @Sendable () -> Void {
        { [client] in client.wakeUp() }
    }

    /// Begins to read these partitions, and only these, at these positions (`LogPosition.beginning`, `.end` allowed).
    ///
    /// The answer to `.assigned`, and without a group the way to choose. Records fetched before are dropped.
    package func assign(_ positions: some Collection<LogPosition>) throws(KafkaError) {
        self.dropPendingFailure()
        let list = PartitionList(positions)
        try self.check(unsafe rd_kafka_assign(self.client.raw, list.raw), "assigning \(positions.count) partitions")
    }

    /// Stops reading; the answer to `.revoked`.
    package func unassign() throws(KafkaError) {
        self.dropPendingFailure()
        try self.check(unsafe rd_kafka_assign(self.client.raw, nil), "giving up the partitions")
    }

    /// Goes on at other positions in assigned partitions, at most `milliseconds` later.
    ///
    /// Throws `state` for a partition that failed: only `assign` gets it going again.
    package func seek(_ positions: some Collection<LogPosition>, milliseconds: Int = 5000) throws(KafkaError) {
        self.dropPendingFailure()
        let list = PartitionList(positions)
        let error = unsafe rd_kafka_seek_partitions(self.client.raw, list.raw, Int32(clamping: milliseconds))
        if let error = unsafe error { throw unsafe KafkaError(taking: error, while: "seeking") }
        if let error = list.firstError(while: "seeking") { throw error }
    }

    /// Stops fetching from assigned partitions; `poll` must still be called.
    package func pause(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let list = PartitionList(partitions)
        try self.check(unsafe rd_kafka_pause_partitions(self.client.raw, list.raw), "pausing")
        if let error = list.firstError(while: "pausing") { throw error }
    }

    /// Fetches from paused partitions again, from the record after the last one polled.
    package func resume(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let list = PartitionList(partitions)
        try self.check(unsafe rd_kafka_resume_partitions(self.client.raw, list.raw), "resuming")
        if let error = list.firstError(while: "resuming") { throw error }
    }

    /// Tells the group how far its member is, for those who watch the lag: the next offsets to be read.
    ///
    /// Does not wait; a commit that fails shows in the log only, since nothing depends on it.
    package func commit(_ positions: some Collection<LogPosition>) throws(KafkaError) {
        let list = PartitionList(positions)
        try self.check(unsafe rd_kafka_commit(self.client.raw, list.raw, 1), "committing")
    }

    /// Leaves the group (a static member stays) and ends, at most `milliseconds` later.
    ///
    /// Revocations are answered here. Returns whether librdkafka finished: 2.0.2 can hang after a partition was lost
    /// or a topic deleted; then the client stays behind until the process ends.
    @discardableResult
    package func close(milliseconds: Int = 5000) -> Bool {
        guard !self.isClosed else { return true }
        self.isClosed = true
        self.pending = nil
        // Not the consumer's own queue: closing forwards that one to the queue given here.
        guard let queue = unsafe rd_kafka_queue_new(self.client.raw) else { return false }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        if let error = unsafe rd_kafka_consumer_close_queue(self.client.raw, queue) {
            _ = unsafe KafkaError(taking: error, while: "closing")
            return true
        }
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while unsafe rd_kafka_consumer_closed(self.client.raw) == 0 {
            guard ContinuousClock.now < deadline else { return false }
            guard let event = unsafe rd_kafka_queue_poll(queue, 20) else { continue }
            if unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE {
                _ = unsafe rd_kafka_assign(self.client.raw, nil)
            }
            unsafe rd_kafka_event_destroy(event)
        }
        return true
    }

    deinit {
        self.close(milliseconds: 1000)
    }

    /// A failure reported before a new choice of positions says nothing about them.
    private func dropPendingFailure() {
        if case .partitionFailed = self.pending { self.pending = nil }
        self.ends = [:]
    }

    private func check(_ code: rd_kafka_resp_err_t, _ action: @autoclosure () -> String) throws(KafkaError) {
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, while: action()) }
    }
}
