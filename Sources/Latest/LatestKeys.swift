/// The names of everything that the processor keeps in Redis (design §6).
package enum LatestKeys {
    /// A string: the ``StatusDocument`` of a monitor.
    package static func status(_ monitor: Int64) -> String { "apus:status:\(monitor)" }
    /// A list of at most ``recentCount`` ``RecentResult``s of a monitor, the newest first.
    package static func recent(_ monitor: Int64) -> String { "apus:recent:\(monitor)" }
    /// A pattern for SCAN that finds every status.
    package static let statuses = "apus:status:*"
    /// A hash: `region/share` → ``RegionWatch``.
    package static let regions = "apus:regions"
    /// The channel of ``UpdateMessage``s.
    package static let updates = "apus:updates"
    /// A string that is gone when Redis forgot everything; whoever finds it missing writes all that it holds anew.
    package static let marker = "apus:marker"
    /// The number of the last message of a writer on ``updates``.
    package static func sequence(_ writer: String) -> String { "apus:sequence:\(writer)" }
    /// How many results ``recent(_:)`` holds.
    package static let recentCount = 60
    /// How many incidents one ``UpdateMessage`` tells of at most, the newest.
    package static let incidentCount = 60
    /// How long the tombstone of a deleted monitor is kept, in seconds.
    package static let tombstoneSeconds: Int64 = 86_400

    /// The id of the monitor whose status a key holds; `nil`: it is no such key.
    package static func monitor(ofStatus key: String) -> Int64? {
        key.hasPrefix("apus:status:") ? Int64(key.dropFirst(12)) : nil
    }
}
