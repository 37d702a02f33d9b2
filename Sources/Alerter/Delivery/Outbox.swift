import Service
import Synchronization

/// The deliveries that this process may send, and what is known of those that hold them up.
///
/// From every thread. PostgreSQL is the queue where it answers: memory holds only what is leased to this process or
/// has no row yet.
final class Outbox: Sendable {
    /// Attempts that run at once for one channel.
    static let perChannel = 2
    /// Attempts that run at once in all; so many that it takes over a hundred hanging receivers to hold up another.
    static let total = 256
    /// Leased deliveries of one channel in memory; further ones wait in their rows.
    static let roomPerChannel = 32

    fileprivate struct Contents {
        var deliveries: [String: Delivery] = [:]
        /// The waiting ones of each channel, as they came.
        var waiting: [Int64: [String]] = [:]
        /// Undelivered ones in memory.
        var sequences: [DeliveryStream: Set<Int>] = [:]
        /// The first undelivered one of each stream among the rows that are not leased to this process.
        var backlog: [DeliveryStream: Int] = [:]
        var running: [Int64: Int] = [:]
        var runningTotal = 0
        /// What rows are still to be told.
        var reports: [String: DeliveryReport] = [:]
        var isClosed = false
    }

    private let contents = Mutex(Contents())

    /// Takes deliveries in; one that is there already only gets the newer permission.
    func add(_ deliveries: [Delivery]) {
        self.contents.withLock { contents in
            for delivery in deliveries {
                if contents.deliveries[delivery.webhookID] != nil {
                    if case .lease(let lease) = delivery.permission { contents.book(delivery.webhookID, lease) }
                    continue
                }
                contents.deliveries[delivery.webhookID] = delivery
                contents.waiting[delivery.channel, default: []].append(delivery.webhookID)
                if let stream = delivery.stream {
                    contents.sequences[stream, default: []].insert(delivery.announcement.sequence)
                }
            }
        }
    }

    /// How many more leased deliveries of a channel memory should hold.
    func room(channel: Int64) -> Int {
        self.contents.withLock { max(Self.roomPerChannel - ($0.waiting[channel]?.count ?? 0), 0) }
    }

    /// The channels of which memory should hold no more.
    var fullChannels: [Int64] {
        self.contents.withLock { contents in
            contents.waiting.filter { $0.value.count >= Self.roomPerChannel }.keys.sorted()
        }
    }

    /// Takes out what may be sent now, and says when there may be more, ``BootClock`` ms; `nil`: unknown.
    func takeReady(now: Int64) -> (ready: [Delivery], next: Int64?) {
        self.contents.withLock { contents in
            guard !contents.isClosed else { return ([], nil) }
            var ready: [Delivery] = []
            var next: Int64?
            for channel in contents.waiting.keys.sorted() {
                var rest: [String] = []
                for id in contents.waiting[channel] ?? [] {
                    guard let delivery = contents.deliveries[id], delivery.progress == .waiting else { continue }
                    let isFree =
                        contents.running[channel, default: 0] < Self.perChannel && contents.runningTotal < Self.total
                    guard isFree, delivery.mayStart(now), !contents.isHeldUp(delivery) else {
                        rest.append(id)
                        if delivery.nextAt > now { next = min(next ?? .max, delivery.nextAt) }
                        continue
                    }
                    contents.deliveries[id]?.progress = .sending
                    contents.running[channel, default: 0] += 1
                    contents.runningTotal += 1
                    ready.append(delivery)
                }
                contents.waiting[channel] = rest.isEmpty ? nil : rest
            }
            return (ready, next)
        }
    }

    /// An attempt ended; `nextAt` (``BootClock`` ms) is for those that are to be repeated.
    func finish(_ report: DeliveryReport, nextAt: Int64) {
        self.contents.withLock { contents in
            guard var delivery = contents.deliveries[report.webhookID] else { return }
            if delivery.progress == .sending {
                contents.running[delivery.channel, default: 1] -= 1
                if contents.running[delivery.channel] == 0 { contents.running[delivery.channel] = nil }
                contents.runningTotal -= 1
            }
            delivery.attempts = report.attempts
            delivery.nextAt = nextAt
            let isBooked = delivery.permission != .ahead
            if report.state == .pending {
                delivery.progress = .waiting
                contents.deliveries[report.webhookID] = delivery
                contents.waiting[delivery.channel, default: []].append(report.webhookID)
            } else {
                contents.leave(delivery)
                delivery.progress = .ended(report)
                contents.deliveries[report.webhookID] = isBooked ? nil : delivery
            }
            if isBooked { contents.reports[report.webhookID] = report }
        }
    }

    /// Ends for good: nothing is taken out any more.
    func close() {
        self.contents.withLock { $0.isClosed = true }
    }

    /// How many attempts are running.
    var running: Int { self.contents.withLock { $0.runningTotal } }
}

// MARK: For the books

extension Outbox {
    /// What rows are to be told; stays until ``recorded(_:)``.
    ///
    /// To tell of a failed attempt gives the lease back, which waits while the next one runs under it.
    var reports: [DeliveryReport] {
        self.contents.withLock { contents in
            contents.reports.values.filter { report in
                report.state != .pending || contents.deliveries[report.webhookID]?.progress != .sending
            }
        }
    }

    /// Rows have been told: what is to be repeated is left to whoever claims it next.
    func recorded(_ reports: [DeliveryReport]) {
        self.contents.withLock { contents in
            for report in reports {
                if contents.reports[report.webhookID] == report { contents.reports[report.webhookID] = nil }
                guard report.state == .pending, let delivery = contents.deliveries[report.webhookID],
                    delivery.progress == .waiting, delivery.attempts == report.attempts
                else { continue }
                contents.forget(delivery)
                guard let stream = delivery.stream else { continue }
                let first = contents.backlog[stream] ?? Int.max
                contents.backlog[stream] = min(first, delivery.announcement.sequence)
            }
        }
    }

    /// Deliveries without a row, ended ones too.
    var ahead: [Delivery] {
        self.contents.withLock { $0.deliveries.values.filter { $0.permission == .ahead } }
    }

    /// The deliveries of an announcement that have no row yet, by webhook id.
    func ahead(of announcement: String) -> [Delivery] {
        self.contents.withLock { contents in
            contents.deliveries.values.filter { $0.permission == .ahead && $0.announcement.id == announcement }
        }
    }

    /// The row of a delivery was written, under this lease or with its end; `nil`: nobody has it.
    func booked(_ webhookID: String, lease: Lease?) {
        self.contents.withLock { $0.book(webhookID, lease) }
    }

    /// Forgets ended deliveries without a row that nobody can book any more.
    func forgetEnded(_ webhookIDs: [String]) {
        self.contents.withLock { contents in
            for id in webhookIDs {
                if case .ended = contents.deliveries[id]?.progress { contents.deliveries[id] = nil }
            }
        }
    }

    /// The leased deliveries whose lease should be renewed.
    func renewals(now: Int64) -> [String] {
        self.contents.withLock { contents in
            contents.deliveries.values.compactMap { delivery in
                guard case .lease(let lease) = delivery.permission, lease.wantsRenewal(at: now) else { return nil }
                return delivery.webhookID
            }
        }
    }

    /// Leases were renewed for `held`; the others of `asked` belong to somebody else now.
    func renewed(_ asked: [String], held: Set<String>, lease: Lease) {
        self.contents.withLock { contents in
            for id in asked {
                guard let delivery = contents.deliveries[id] else { continue }
                if held.contains(id) {
                    contents.deliveries[id]?.permission = .lease(lease)
                } else if delivery.progress == .waiting {
                    contents.forget(delivery)
                }
            }
        }
    }

    /// Every delivery under a lease that is not being sent, to be given back; forgets them.
    func surrender() -> [String] {
        self.contents.withLock { contents in
            let leased = contents.deliveries.values.filter { $0.permission != .ahead && $0.progress == .waiting }
            for delivery in leased { contents.forget(delivery) }
            return leased.map(\.webhookID)
        }
    }

    /// What is undelivered in rows that are not leased to this process.
    func setBacklog(_ backlog: [DeliveryStream: Int]) {
        self.contents.withLock { $0.backlog = backlog }
    }
}

extension Outbox.Contents {
    /// Whether something earlier of the same stream is undelivered.
    fileprivate func isHeldUp(_ delivery: Delivery) -> Bool {
        guard let stream = delivery.stream else { return false }
        let sequence = delivery.announcement.sequence
        if let first = self.backlog[stream], first < sequence { return true }
        return self.sequences[stream]?.contains { $0 < sequence } ?? false
    }

    /// A delivery has a row: what ended already is to be recorded there, what goes on does so under the lease.
    fileprivate mutating func book(_ webhookID: String, _ lease: Lease?) {
        guard let delivery = self.deliveries[webhookID] else { return }
        switch delivery.progress {
        case .ended(let report):
            self.deliveries[webhookID] = nil
            self.reports[webhookID] = report
        case .waiting, .sending:
            // Without a lease a running attempt still reports its end, and a waiting one is left to its row.
            self.deliveries[webhookID]?.permission = .lease(lease ?? Lease(from: -Lease.length))
            if lease == nil, delivery.progress == .waiting { self.forget(delivery) }
        }
    }

    /// Takes a delivery out of its stream.
    fileprivate mutating func leave(_ delivery: Delivery) {
        guard let stream = delivery.stream else { return }
        self.sequences[stream]?.remove(delivery.announcement.sequence)
        if self.sequences[stream]?.isEmpty == true { self.sequences[stream] = nil }
    }

    fileprivate mutating func forget(_ delivery: Delivery) {
        self.leave(delivery)
        self.deliveries[delivery.webhookID] = nil
        self.waiting[delivery.channel]?.removeAll { $0 == delivery.webhookID }
        if self.waiting[delivery.channel]?.isEmpty == true { self.waiting[delivery.channel] = nil }
    }
}

extension Delivery {
    fileprivate func mayStart(_ now: Int64) -> Bool {
        guard self.nextAt <= now else { return false }
        switch self.permission {
        case .ahead: return true
        case .lease(let lease): return lease.coversAttempt(at: now)
        }
    }
}
