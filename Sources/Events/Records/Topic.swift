/// The names and shapes of the three topics (design §3).
package enum Topic {
    /// Every result, pulse, change, action and push; key: the monitor's id in decimal.
    package static let results = "monitoring-results"
    /// The definitions, compacted; key: the monitor's id in decimal; a partition is a share.
    package static let monitors = "monitors"
    /// Channels, routes, maintenances, compacted; keys like `channel/7`.
    package static let settings = "settings"
    /// The header that tells the kinds of `monitoring-results` apart.
    package static let kindHeader = "kind"
    /// The number of partitions of ``monitors``, the shares; that of ``results`` divides it.
    package static let shares = 48
    /// Partitions of ``results`` on the embedded broker.
    package static let embeddedPartitions = 8
}
