import Events
import Kafka

/// What a compacted topic says now, as far as the relay must compare it with its table: generations, not contents.
///
/// Pure; fed with every record of the topic in order.
struct TopicImage {
    /// The newest record of one key.
    struct Seen: Equatable {
        /// The definition's generation; 0 for one that can't be read, which is thus written again.
        var generation: Int64
        /// The extra slot of the last "check now".
        var checkRequestedAt: Int64?
        /// Where it lies.
        var partition: Int32
        /// Where in its partition.
        var offset: Int64
    }

    /// The keys that have a value, by key.
    private(set) var seen: [String: Seen] = [:]
    /// The offset after the last record that was read, by partition.
    private(set) var next: [Int32: Int64] = [:]

    /// Takes one record in.
    mutating func observe(key: String, value: [UInt8]?, partition: Int32, offset: Int64) {
        self.next[partition] = offset + 1
        guard let value else {
            self.seen[key] = nil
            return
        }
        var seen = Seen(generation: 0, checkRequestedAt: nil, partition: partition, offset: offset)
        if key.hasPrefix("channel/") {
            if let channel = try? Channel.decode(value.span) { seen.generation = channel.generation }
        } else if let monitor = try? Monitor.decode(value.span) {
            seen.generation = monitor.generation
            seen.checkRequestedAt = monitor.checkRequestedAt
        }
        self.seen[key] = seen
    }

    /// Compares the partitions' ends with what was read; a shorter log is another log, of which nothing is known.
    ///
    /// Returns whether something was forgotten.
    mutating func forgetRecreated(_ ends: [Int32: Watermarks]) -> Bool {
        let recreated = Set(ends.filter { $0.value.high < self.next[$0.key] ?? 0 }.keys)
        guard !recreated.isEmpty else { return false }
        self.seen = self.seen.filter { !recreated.contains($0.value.partition) }
        for partition in recreated { self.next[partition] = nil }
        return true
    }

    /// Keys whose record lies in the oldest quarter of a partition that has begun to drop its front.
    ///
    /// A log that is never compacted, as the embedded broker's, would forget them soon.
    func endangered(_ ends: [Int32: Watermarks]) -> Set<String> {
        Set(
            self.seen.filter { _, seen in
                guard let end = ends[seen.partition], end.low > 0 else { return false }
                return seen.offset < end.low + (end.high - end.low) / 4
            }.keys
        )
    }
}
