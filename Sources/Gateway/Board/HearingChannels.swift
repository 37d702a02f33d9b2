import Postgres

/// The channels that hear of something: by them a card shows whether anybody would be told.
struct HearingChannels: Sendable, Equatable {
    /// Those that are not turned off.
    var enabled: Set<Int64> = []
    /// Those of them that hear of monitors which name none.
    var defaults: Set<Int64> = []

    /// Nobody hears of anything.
    init() {}

    /// The channels of the table; throws `PostgresError`.
    init(reading connection: PostgresConnection) throws {
        for row in try connection.query("SELECT id, is_default FROM channels WHERE enabled") {
            let id = try row.int64(0)
            self.enabled.insert(id)
            if try row.bool(1) { self.defaults.insert(id) }
        }
    }

    /// Whether somebody hears of a monitor that names these channels; `nil`: the default ones.
    func hear(of channels: [Int64]?) -> Bool {
        guard let channels else { return !self.defaults.isEmpty }
        return channels.contains { self.enabled.contains($0) }
    }
}
