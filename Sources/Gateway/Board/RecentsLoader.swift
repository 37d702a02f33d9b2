import Latest
import Redis
import Service

/// Brings the last results of monitors from Redis when a card is asked for.
final class RecentsLoader: Sendable {
    private let recents: Recents
    private let loader: DemandLoader

    /// Fills `recents` from `url`; `timeout` bounds each batch.
    init(_ url: RedisURL, into recents: Recents, log: Log, timeout: Duration = .milliseconds(500)) {
        self.recents = recents
        self.loader = DemandLoader("recents", log: log) {
            let redis = RedisConnection(url, timeout: timeout)
            return { ids in try Self.load(ids, redis, into: recents) }
        }
    }

    /// The last results of monitors, the oldest first; a monitor's are missing where Redis does not answer in time.
    func of(_ ids: [Int64]) -> [Int64: [Recents.Bar]] {
        let known = self.recents.known(ids)
        let missing = ids.filter { known[$0] == nil }
        guard !missing.isEmpty else { return known }
        self.loader.load(missing, patience: 100)
        return self.recents.known(ids)
    }

    /// Ends the thread.
    func stop() { self.loader.stop() }

    private static func load(_ ids: [Int64], _ redis: RedisConnection, into recents: Recents) throws(RedisError) {
        recents.expect(ids)
        let replies = try redis.pipeline(ids.map { ["LRANGE", RedisArgument(LatestKeys.recent($0)), "0", "-1"] })
        for (id, reply) in zip(ids, replies) {
            var results: [RecentResult] = []
            for element in try reply.array().reversed() {
                // One that can't be read is as good as missing.
                guard let bytes = try element.bytesOrNil() else { continue }
                if let result = try? RecentResult.decode(bytes) { results.append(result) }
            }
            recents.load(results, of: id)
        }
    }
}
