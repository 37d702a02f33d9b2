/// One announcement on its way to one channel, as memory has it.
struct Delivery: Sendable {
    /// What makes sending right.
    enum Permission: Sendable, Hashable {
        /// A lease on its row.
        case lease(Lease)
        /// It has no row yet: PostgreSQL is away (design §6, ahead of the books).
        case ahead
    }

    /// Where it stands.
    enum Progress: Sendable, Hashable {
        case waiting, sending
        /// It ended before it had a row; kept until it has one, so that it is only marked then.
        case ended(DeliveryReport)
    }

    let announcement: Announcement
    let channel: Int64
    let webhookID: String
    /// Attempts that ended.
    var attempts = 0
    /// Since when it is being tried, Unix ms.
    var pendingSince: Int64
    var permission: Permission
    /// Not before this, ``BootClock`` ms.
    var nextAt: Int64 = 0
    var progress = Progress.waiting

    init(_ announcement: Announcement, channel: Int64, permission: Permission, pendingSince: Int64) {
        self.announcement = announcement
        self.channel = channel
        self.webhookID = announcement.webhookID(channel: channel)
        self.permission = permission
        self.pendingSince = pendingSince
    }

    /// One that was claimed from its row.
    init(
        _ announcement: Announcement,
        channel: Int64,
        webhookID: String,
        attempts: Int,
        pendingSince: Int64,
        lease: Lease
    ) {
        self.announcement = announcement
        self.channel = channel
        self.webhookID = webhookID
        self.attempts = attempts
        self.pendingSince = pendingSince
        self.permission = .lease(lease)
    }

    /// What it must keep its turn in; `nil`: nothing.
    var stream: DeliveryStream? {
        self.announcement.incident.map { DeliveryStream(channel: self.channel, incident: $0) }
    }
}

/// Within a stream nothing overtakes.
struct DeliveryStream: Sendable, Hashable {
    var channel: Int64
    var incident: String
}

/// What became of an attempt, as its row is to say it.
struct DeliveryReport: Sendable, Hashable {
    /// The words of `deliveries.state`.
    enum State: String, Sendable, Hashable, CaseIterable {
        case pending, delivered, dead, cancelled
    }

    var webhookID: String
    var state: State
    /// Attempts that ended, this one included.
    var attempts: Int
    /// For `pending`: milliseconds until the next attempt.
    var delay: Int64 = 0
    /// The receiver's HTTP status; `nil`: it gave none.
    var status: Int?
    /// What went wrong, without secrets.
    var error: String?
    /// The generation of the channel that is to be switched off, since its receiver is gone; `nil`: none is.
    var goneGeneration: Int64?
}
