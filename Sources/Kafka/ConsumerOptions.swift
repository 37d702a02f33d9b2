/// How a consumer reads.
package struct ConsumerOptions: Sendable {
    /// Whether a consumer shares partitions with others.
    package enum Membership: Sendable {
        /// Shares the topics' partitions (eager `range`) with the other members of the group.
        ///
        /// `instance` makes a static member, which comes back within the session timeout without a rebalance and
        /// does not leave on close.
        case group(String, topics: [String], instance: String? = nil)
        /// Reads what `assign` says. `commitsAs` names the group for which `commit` works (it must have no members).
        case none(commitsAs: String? = nil)
    }

    /// Whether and with whom the consumer shares partitions.
    package var membership: Membership
    /// How long a silent member keeps its partitions, in milliseconds (the broker's limits apply).
    ///
    /// Nil: 6,000, on an embedded broker 4,000.
    package var sessionTimeout: Int?
    /// How long the caller may stay away from `poll` before its partitions are taken, in milliseconds.
    package var maximumPollInterval: Int
    /// How many kibibytes of records are fetched ahead in all.
    package var fetchAheadKibibytes: Int
    /// How long a broker without new records waits for some before it answers, in milliseconds.
    ///
    /// Nil: 100; on an embedded broker 10, since it waits to the end even when records come.
    package var fetchWait: Int?

    /// Describes a consumer.
    package init(
        membership: Membership,
        sessionTimeout: Int? = nil,
        maximumPollInterval: Int = 300_000,
        fetchAheadKibibytes: Int = 16_384,
        fetchWait: Int? = nil
    ) {
        self.membership = membership
        self.sessionTimeout = sessionTimeout
        self.maximumPollInterval = maximumPollInterval
        self.fetchAheadKibibytes = fetchAheadKibibytes
        self.fetchWait = fetchWait
    }

    /// The properties that the settings may override.
    func defaults(isEmbedded: Bool) -> [(String, String)] {
        let session = self.sessionTimeout ?? (isEmbedded ? 4000 : 6000)
        return [
            ("session.timeout.ms", String(session)),
            ("heartbeat.interval.ms", String(max(session / 6, 100))),
            ("max.poll.interval.ms", String(max(self.maximumPollInterval, session))),
            ("fetch.wait.max.ms", String(self.fetchWait ?? (isEmbedded ? 10 : 100))),
            ("fetch.error.backoff.ms", "200"),
            ("queued.max.messages.kbytes", String(self.fetchAheadKibibytes)),
        ]
    }

    /// The properties on which correctness stands.
    var fixed: [(String, String)] {
        var fixed = [
            ("auto.offset.reset", "error"),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("check.crcs", "true"),
            ("allow.auto.create.topics", "false"),
            ("partition.assignment.strategy", "range"),
        ]
        switch self.membership {
        case .group(let name, _, let instance):
            fixed.append(("group.id", name))
            if let instance {
                fixed.append(("group.instance.id", instance))
            }
        case .none(let name):
            // librdkafka's `assign` wants a group's name even where no group is joined.
            fixed.append(("group.id", name ?? "without-group"))
        }
        return fixed
    }
}
