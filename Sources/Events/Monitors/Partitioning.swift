/// Which share and partition a monitor's records belong to (design §3).
package enum Partitioning {
    /// The share of a monitor, 0 ..< 48: its partition in `monitors`, by Kafka's partitioner `murmur2_random`.
    package static func share(of monitor: Int64) -> Int {
        Int(self.positiveHash(of: monitor) % UInt32(Topic.shares))
    }

    /// The partition of a share in `monitoring-results` with `count` partitions, which must divide 48.
    package static func partition(ofShare share: Int, count: Int) -> Int { share % count }

    /// The partition of a monitor in `monitoring-results` with `count` partitions; the same as Kafka's partitioner gives.
    package static func partition(of monitor: Int64, count: Int) -> Int {
        self.partition(ofShare: self.share(of: monitor), count: count)
    }

    /// murmur2 of the decimal of `monitor` without its sign bit, as Java's partitioner takes it (`& 0x7fffffff`).
    static func positiveHash(of monitor: Int64) -> UInt32 {
        Murmur2.hash(Array(String(monitor).utf8)) & 0x7FFF_FFFF
    }
}

/// The 32-bit murmur2 of Kafka's Java client, seed 0x9747b28c.
enum Murmur2 {
    static func hash(_ data: [UInt8]) -> UInt32 {
        let multiplier: UInt32 = 0x5BD1_E995
        var hash: UInt32 = 0x9747_B28C ^ UInt32(truncatingIfNeeded: data.count)
        let words = data.count / 4
        for word in 0..<words {
            let at = word * 4
            var k =
                UInt32(data[at]) | UInt32(data[at + 1]) << 8 | UInt32(data[at + 2]) << 16 | UInt32(data[at + 3]) << 24
            k = k &* multiplier
            k ^= k >> 24
            hash = (hash &* multiplier) ^ (k &* multiplier)
        }
        let rest = words * 4
        if data.count - rest > 2 { hash ^= UInt32(data[rest + 2]) << 16 }
        if data.count - rest > 1 { hash ^= UInt32(data[rest + 1]) << 8 }
        if data.count - rest > 0 {
            hash ^= UInt32(data[rest])
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        return hash ^ (hash >> 15)
    }
}
