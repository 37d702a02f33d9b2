import Events
import Kafka
import Postgres
import Projections
import Service

/// Turns the log into incidents, and incidents into deliveries (design §6, Alerter).
///
/// On the runner's thread. Deliveries are written in the transaction of the state that causes them, leased to this
/// process, and sent once it is committed; before that only while PostgreSQL is away.
final class IncidentProjection: Projection {
    typealias State = IncidentState

    /// The parts that deliver.
    struct Sending: Sendable {
        let outbox: Outbox
        let books: DeliveryBooks
        let directory: ChannelDirectory
        /// Called when there may be something to send.
        let kick: @Sendable () -> Void
        /// Called when rows are left to be claimed.
        let wakeLedger: @Sendable () -> Void
        /// Called when a record arrived.
        let heard: @Sendable () -> Void
    }

    /// How long a round waits for the settings' end, in milliseconds; longer before they were ever read.
    private static let settingsPatience: Int64 = 300
    private static let firstSettingsPatience: Int64 = 5_000

    let name = "alerter"
    let definitionsTopic: String? = Topic.monitors
    private let sending: Sending
    private let announcer: Announcer
    private let books = IncidentBooks()
    private var effects: [Effect] = []
    /// What the last `write` inserted, to be sent once it is committed.
    private var inserted: [Delivery] = []
    private var insertedIDs: [(webhookID: String, lease: Lease?)] = []
    private var hasUnleased = false
    /// Whether who is to be told was decided without the settings' end, because the broker did not give it in time.
    private var isGuess = false

    init(_ sending: Sending, announcer: Announcer) {
        self.sending = sending
        self.announcer = announcer
    }

    /// Nothing is read before the channels are known: who is to be told would be a guess.
    var isCongested: Bool { !self.sending.directory.isLoaded }

    func restore(_ partition: LogPartition, from connection: PostgresConnection) throws -> IncidentState {
        try self.books.restore(partition, from: connection)
    }

    func step(_ record: borrowing Message, at: LogPoint, into state: IncidentState) throws(PoisonRecord) -> Urgency {
        let decoded: Record
        do throws(RecordError) {
            decoded = try Record.decode(kind: record.header(Topic.kindHeader), key: record.key, value: record.value)
            try decoded.checkTime(timestamp: record.timestamp)
        } catch {
            throw PoisonRecord("\(error)")
        }
        self.sending.heard()
        guard case .change(let change) = decoded else {
            return self.apply(decoded, timestamp: record.timestamp, to: state)
        }
        let former = state.partition.status(of: change.monitor)?.definition
        let urgency = self.apply(decoded, timestamp: record.timestamp, to: state)
        self.notice(change, from: former, in: state)
        return urgency
    }

    /// Who asked for it is told that the watching of a monitor begins or ends.
    private func notice(_ change: Change, from former: Monitor?, in state: IncidentState) {
        let latter = state.partition.status(of: change.monitor)?.definition
        guard let notice = MonitoringNotice(from: former, to: latter) else { return }
        let announcement = self.announcer.monitoring(
            notice.kind,
            of: notice.monitor,
            generation: change.generation,
            detail: notice.detail,
            at: max(state.partition.time, change.at)
        )
        state.news.append(IncidentState.News(event: .monitoring(notice, announcement)))
    }

    func refresh(_ definition: borrowing Message, at: LogPoint, into state: IncidentState) {
        guard let key = definition.key.flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }) else { return }
        let timestamp = definition.timestamp
        if let value = definition.value {
            guard let monitor = try? Monitor.decode(value.span) else { return }
            _ = self.apply(.change(.defined(monitor)), timestamp: timestamp, to: state)
        } else if let known = state.partition.status(of: key)?.definition {
            let change = Change.deleted(monitor: key, generation: known.generation + 1, at: timestamp)
            _ = self.apply(.change(change), timestamp: timestamp, to: state)
        }
    }

    private func apply(_ record: Record, timestamp: Int64, to state: IncidentState) -> Urgency {
        // A deletion takes away whose incident it ends.
        var definition: Monitor?
        if case .change(.deleted(let id, _, _)) = record { definition = state.partition.status(of: id)?.definition }
        self.effects.removeAll(keepingCapacity: true)
        state.partition.step(record, timestamp: timestamp, &self.effects)
        var urgency = Urgency.routine
        for effect in self.effects {
            guard let event = self.event(effect, state, definition) else { continue }
            state.news.append(IncidentState.News(event: event))
            urgency = .urgent
        }
        return urgency
    }

    private func event(
        _ effect: Effect,
        _ state: IncidentState,
        _ deleted: Monitor?
    ) -> IncidentState.News.Event? {
        func made(
            _ incident: Incident,
            _ make: (Incident, Monitor, Int64) -> Announcement
        ) -> IncidentState.News.Event? {
            guard let monitor = state.partition.status(of: incident.monitor)?.definition ?? deleted else { return nil }
            let time = max(state.partition.time, incident.confirmedAt, incident.endedAt ?? 0)
            return .incident(incident, monitor, make(incident, monitor, time))
        }
        switch effect {
        case .opened(let incident):
            return made(incident) { self.announcer.opened($0, of: $1, at: $2) }
        case .resolved(let incident):
            return made(incident) { self.announcer.resolved($0, of: $1, at: $2) }
        case .reminded(let incident, let number):
            return made(incident) { self.announcer.reminder($0, number: number, of: $1, at: $2) }
        case .acted(let incident, let action):
            return .acted(incident: incident, action)
        default:
            return nil
        }
    }

    func publish(_ portions: [Portion<IncidentState>]) {
        guard portions.contains(where: { $0.state.news.contains { $0.channels == nil } }) else { return }
        let directory = self.sending.directory
        let patience = directory.isLoaded ? Self.settingsPatience : Self.firstSettingsPatience
        if !directory.refresh(milliseconds: patience) { self.isGuess = true }
        guard directory.isLoaded else { return }
        self.address(portions) { $0.channels == nil }
    }

    /// Decides who is to be told of the news that `isMeant`.
    private func address(_ portions: [Portion<IncidentState>], _ isMeant: (IncidentState.News) -> Bool) {
        for portion in portions {
            for index in portion.state.news.indices where isMeant(portion.state.news[index]) {
                switch portion.state.news[index].event {
                case .acted: portion.state.news[index].channels = []
                case .monitoring(let notice, let announcement):
                    portion.state.news[index].channels = self.sending.directory.channelsHearingOfMonitoring(
                        listed: notice.channels,
                        at: announcement.at
                    )
                case .incident(_, let monitor, let announcement):
                    portion.state.news[index].channels = self.sending.directory.channels(
                        listed: monitor.channels,
                        at: announcement.at
                    )
                }
            }
        }
    }

    func write(_ portions: [Portion<IncidentState>], careful: Bool, on connection: PostgresConnection) throws {
        self.inserted = []
        self.insertedIDs = []
        self.hasUnleased = false
        for portion in portions { portion.state.collect(whole: portion.isWhole) }
        try self.books.writeRows(portions, on: connection)
        if self.isGuess, portions.contains(where: { !$0.state.news.isEmpty }) {
            // The log could not say who is to be told; a channel that only the table knows must not be forgotten.
            self.sending.directory.seed(try self.sending.books.channels(on: connection))
            self.address(portions) { !$0.isAhead && $0.channels != nil }
        }
        let news = portions.flatMap(\.state.news)
        guard !news.isEmpty else { return }
        guard news.allSatisfy({ $0.channels != nil }) else { throw SettingsUnknown() }
        try self.books.writeNews(news, on: connection)
        try self.writeDeliveries(news, on: connection)
    }

    private func writeDeliveries(_ news: [IncidentState.News], on connection: PostgresConnection) throws {
        let lease = Lease(from: BootClock.millis)
        let now = WallClock.millis
        var announcements: [Announcement] = []
        var entries: [DeliveryBooks.Entry] = []
        var fresh: [String: Delivery] = [:]
        var room: [Int64: Int] = [:]
        for item in news {
            guard let announcement = item.event.announcement, !(item.channels ?? []).isEmpty || item.event.isIncident
            else { continue }
            announcements.append(announcement)
            let ahead = self.sending.outbox.ahead(of: announcement.id)
            for delivery in ahead { entries.append(Self.entry(delivery)) }
            // What memory decided while PostgreSQL was away stands.
            if !ahead.isEmpty { continue }
            for channel in item.channels ?? [] {
                let rest = room[channel] ?? self.sending.outbox.room(channel: channel)
                room[channel] = rest - 1
                let delivery = Delivery(announcement, channel: channel, permission: .lease(lease), pendingSince: now)
                fresh[delivery.webhookID] = delivery
                var entry = Self.entry(delivery)
                entry.wantsLease = rest > 0
                entries.append(entry)
            }
        }
        for (id, isLeased) in try self.sending.books.insert(announcements, entries, on: connection) {
            if !isLeased { self.hasUnleased = true }
            if let delivery = fresh[id] {
                if isLeased { self.inserted.append(delivery) }
            } else {
                self.insertedIDs.append((id, isLeased ? lease : nil))
            }
        }
    }

    private static func entry(_ delivery: Delivery) -> DeliveryBooks.Entry {
        var entry = DeliveryBooks.Entry(
            announcement: delivery.announcement.id,
            channel: delivery.channel,
            webhookID: delivery.webhookID,
            wantsLease: true
        )
        if case .ended(let report) = delivery.progress { entry.ended = report }
        return entry
    }

    func committed(_ portions: [Portion<IncidentState>]) {
        for portion in portions { portion.state.forget() }
        self.isGuess = false
        for (id, lease) in self.insertedIDs { self.sending.outbox.booked(id, lease: lease) }
        if !self.inserted.isEmpty || !self.insertedIDs.isEmpty {
            FaultPoint.afterLease.pass()
            self.sending.outbox.add(self.inserted.sorted { $0.announcement.sequence < $1.announcement.sequence })
            self.sending.kick()
        }
        if self.hasUnleased { self.sending.wakeLedger() }
        self.inserted = []
        self.insertedIDs = []
        self.hasUnleased = false
    }

    func ahead(_ portions: [Portion<IncidentState>]) {
        let now = WallClock.millis
        var deliveries: [Delivery] = []
        for portion in portions {
            for index in portion.state.news.indices where !portion.state.news[index].isAhead {
                guard let channels = portion.state.news[index].channels else { continue }
                portion.state.news[index].isAhead = true
                guard let announcement = portion.state.news[index].event.announcement else { continue }
                deliveries += channels.map {
                    Delivery(announcement, channel: $0, permission: .ahead, pendingSince: now)
                }
            }
        }
        guard !deliveries.isEmpty else { return }
        self.sending.outbox.add(deliveries)
        self.sending.kick()
    }
}

/// The channels were never read, so nobody knows who is to be told: the round waits.
struct SettingsUnknown: Error, CustomStringConvertible {
    var description: String {
        "the topic settings could not be read yet, so it is not known who is to be told: is the broker there?"
    }
}
