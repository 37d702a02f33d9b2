import Crypto
import Events
import Kafka
import Service
import Synchronization

/// The channels, as the topic `settings` has them; read on a thread of its own.
///
/// From every thread. What was read once stays known while the broker is away.
final class ChannelDirectory: Sendable {
    /// A channel with what it needs to be reached.
    struct Entry: Sendable, Hashable {
        var channel: Channel
        /// `nil`: they can't be opened with this process's key.
        var secrets: ChannelSecrets?
    }

    private struct Shared {
        var channels: [Int64: Entry] = [:]
        /// How many times the topic's end was asked for and reached, and wished to be.
        var begun: Int64 = 0
        var done: Int64 = 0
        var isReachable = true
        var isStopping = false
    }

    /// Milliseconds between two looks that nobody asked for.
    private static let period: Int64 = 1_000

    private let kafka: KafkaSettings
    private let key: SecretKey
    private let log: Log
    private let ready: Condition
    private let refused: Counter
    private let shared = Mutex(Shared())
    private let wanted = Wakeup()
    private let reached = Wakeup()
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Begins to read.
    init(_ kafka: KafkaSettings, key: SecretKey, log: Log, metrics: Metrics, health: Health) {
        self.kafka = kafka
        self.key = key
        self.log = log
        self.ready = health.condition("settings")
        self.refused = metrics.counter(
            "apus_alerter_refused_channels_total",
            "Channels that could not be read or whose secrets could not be opened."
        )
        let thread = DedicatedThread("settings") { [self] in self.run() }
        self.thread.withLock { $0 = thread }
    }

    /// Ends the thread.
    func stop() {
        self.shared.withLock { $0.isStopping = true }
        self.wanted.raise()
        self.thread.withLock { $0.take() }?.join()
    }

    /// Whether the topic was read to an end at least once.
    var isLoaded: Bool { self.shared.withLock { $0.done > 0 } }

    /// Whether the last look at the topic succeeded.
    var isReachable: Bool { self.shared.withLock { $0.isReachable } }

    /// Takes in definitions from elsewhere that the topic has not told of yet; the newer generation wins.
    func seed(_ definitions: [[UInt8]]) {
        for definition in definitions {
            guard let channel = try? Channel.decode(definition.span) else { continue }
            let entry = Entry(channel: channel, secrets: self.open(channel))
            self.shared.withLock { shared in
                if let known = shared.channels[channel.id], known.channel.generation >= channel.generation { return }
                shared.channels[channel.id] = entry
            }
        }
    }

    /// A channel; `nil`: there is none as far as is known.
    func entry(_ channel: Int64) -> Entry? { self.shared.withLock { $0.channels[channel] } }

    /// Waits, `milliseconds` at most, until the topic was read to an end that was asked for after this call.
    ///
    /// For one thread. Returns whether it was.
    @discardableResult
    func refresh(milliseconds: Int64) -> Bool {
        let target = self.shared.withLock { $0.begun + 1 }
        self.wanted.raise()
        let deadline = MonotonicClock.millis + milliseconds
        while self.shared.withLock({ $0.done }) < target {
            let rest = deadline - MonotonicClock.millis
            guard rest > 0 else { return false }
            self.reached.wait(millis: rest)
        }
        return true
    }

    /// The channels that hear of a monitor: those listed, or the defaults, in the order of their ids.
    ///
    /// None that is younger than the event (`at`, Unix ms), and none that is switched off.
    func channels(listed: [Int64]?, at: Int64) -> [Int64] {
        self.shared.withLock { shared in
            shared.channels.values.filter { entry in
                let channel = entry.channel
                let isMeant = listed.map { $0.contains(channel.id) } ?? channel.isDefault
                return isMeant && channel.enabled && channel.createdAt <= at
            }.map(\.channel.id).sorted()
        }
    }

    /// The channels that hear of Apus itself: the defaults, or all where there are none; as above, none switched off.
    func caretakers(at time: Int64) -> [Int64] {
        let defaults = self.channels(listed: nil, at: time)
        return defaults.isEmpty
            ? self.channels(listed: self.shared.withLock { Array($0.channels.keys) }, at: time) : defaults
    }

    /// Switches a channel off until an edit of it arrives; returns whether this very generation of it was on.
    func switchOff(_ channel: Channel) -> Bool {
        self.shared.withLock { shared in
            guard let known = shared.channels[channel.id]?.channel, known.enabled,
                known.generation == channel.generation
            else { return false }
            shared.channels[channel.id]?.channel.enabled = false
            return true
        }
    }

    /// Those of the listed channels that are told when watching begins and ends, under the same conditions.
    func channelsHearingOfMonitoring(listed: [Int64], at: Int64) -> [Int64] {
        self.channels(listed: listed, at: at).filter { self.entry($0)?.channel.type.hearsOfMonitoring ?? false }
    }

    // MARK: The thread

    private func run() {
        var reader: TopicReader?
        var backoff = Backoff(first: 200, limit: 5_000)
        while !self.shared.withLock({ $0.isStopping }) {
            var pause = Self.period
            do throws(KafkaError) {
                if reader == nil { reader = try TopicReader(self.kafka, topic: Topic.settings) }
                if let reader { try self.read(reader) }
                backoff.reset()
                self.shared.withLock { $0.isReachable = true }
            } catch {
                self.shared.withLock { $0.isReachable = false }
                if error.isFatal { reader = nil }
                pause = backoff.next()
                self.log.debug("the settings can't be read now", ["error": error.description])
            }
            self.wanted.wait(millis: pause)
        }
    }

    private func read(_ topic: TopicReader) throws(KafkaError) {
        let number = self.shared.withLock { shared in
            shared.begun += 1
            return shared.begun
        }
        try topic.readToEnd(milliseconds: 5_000) { self.take($0) }
        self.shared.withLock { $0.done = number }
        self.ready.meet()
        self.reached.raise()
    }

    private func take(_ message: borrowing Message) {
        guard let key = message.key.flatMap({ String(validating: $0, as: UTF8.self) }), key.hasPrefix("channel/")
        else { return }
        guard let value = message.value else {
            if let id = Int64(key.dropFirst("channel/".count)) {
                self.shared.withLock { $0.channels[id] = nil }
            }
            return
        }
        do throws(RecordError) {
            let channel = try Channel.decode(value.span)
            let entry = Entry(channel: channel, secrets: self.open(channel))
            self.shared.withLock { shared in
                if let known = shared.channels[channel.id], known.channel.generation > channel.generation { return }
                shared.channels[channel.id] = entry
            }
        } catch {
            self.refused.add()
            self.log.warning("a channel can't be read", ["key": key, "error": "\(error)"])
        }
    }

    private func open(_ channel: Channel) -> ChannelSecrets? {
        guard let sealed = Base64.decode(channel.sealed), let clear = try? self.key.open(sealed),
            let secrets = try? ChannelSecrets.decode(clear.span)
        else {
            self.refused.add()
            self.log.error("a channel's secrets can't be opened: is the key the gateway's?", ["channel": channel.id])
            return nil
        }
        return secrets
    }
}
