import Events

/// How much the embedded broker holds before it drops the oldest (design §3).
enum BrokerCapacity {
    /// Results that one partition's 5 MiB hold at least, when batches are too small to compress.
    static let resultsPerPartition = 14_000

    /// How many minutes of results it holds for so many monitors, each checked every `interval` seconds.
    ///
    /// Pulses take their share: one per share of each region and ten seconds, and the gateway's into every partition.
    static func minutes(monitors: Int, interval: Double, regions: Int) -> Int {
        let results = Double(monitors * regions) / interval
        let pulses = Double(Topic.shares * regions + Topic.embeddedPartitions) / 10
        return Int(Double(Self.resultsPerPartition * Topic.embeddedPartitions) / (results + pulses) / 60)
    }
}
