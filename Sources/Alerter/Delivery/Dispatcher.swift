import EventLoop
import Events
import HTTPClient
import Networking
import Projections
import Service

/// Sends what the outbox has ready, from one event loop; a slow receiver holds up its own channel only.
///
/// @unchecked: `client` and `timer` are touched on the loop's thread only.
final class Dispatcher: @unchecked Sendable {
    /// A delivery whose channel nobody knows waits so long for it, in milliseconds of wall time.
    private static let strangerPatience: Int64 = 60_000

    private let loop: EventLoop
    private let client: HTTPClient
    private let outbox: Outbox
    private let directory: ChannelDirectory
    private let announcer: Announcer
    private let policy: AddressPolicy
    private let backoff: DeliveryBackoff
    private let metrics: AlerterMetrics
    private let log: Log
    private var timer: LoopTimer?
    /// Called on the loop's thread when an attempt ended.
    private let ended: @Sendable () -> Void

    /// Starts the loop.
    init(
        outbox: Outbox,
        directory: ChannelDirectory,
        announcer: Announcer,
        policy: AddressPolicy,
        backoff: DeliveryBackoff,
        metrics: AlerterMetrics,
        log: Log,
        ended: @escaping @Sendable () -> Void
    ) throws {
        self.loop = try EventLoop(name: "deliveries")
        self.client = try HTTPClient(on: self.loop, resolver: Resolver(on: self.loop))
        self.outbox = outbox
        self.directory = directory
        self.announcer = announcer
        self.policy = policy
        self.backoff = backoff
        self.metrics = metrics
        self.log = log
        self.ended = ended
        self.timer = LoopTimer(on: self.loop) { [unowned self] in self.pump() }
        try self.loop.start()
    }

    /// There may be something to send; from any thread.
    func kick() {
        self.loop.submit { self.pump() }
    }

    /// Begins nothing new, waits for what runs, `milliseconds` at most, and ends the loop.
    func stop(milliseconds: Int64) {
        self.outbox.close()
        let wakeup = Wakeup()
        let deadline = MonotonicClock.millis + milliseconds
        while self.outbox.running > 0, MonotonicClock.millis < deadline { wakeup.wait(millis: 20) }
        self.loop.stop()
    }

    // MARK: On the loop

    private func pump() {
        let now = BootClock.millis
        let (ready, next) = self.outbox.takeReady(now: now)
        for delivery in ready { self.start(delivery) }
        guard let next else { return }
        self.timer?.set(after: max(next - now, 1) * 1_000)
    }

    private func start(_ delivery: Delivery) {
        guard let entry = self.directory.entry(delivery.channel) else {
            self.waitForChannel(delivery)
            return
        }
        guard entry.channel.enabled else {
            self.finish(delivery, .cancelled, error: "the channel is switched off")
            return
        }
        guard let secrets = entry.secrets else {
            let verdict = Verdict(dead: "the channel's secrets can't be opened with this APUS_SECRET_KEY")
            self.finish(delivery, verdict, of: entry.channel)
            return
        }
        let format = entry.channel.type.format
        let request = format.request(
            delivery.announcement,
            webhookID: delivery.webhookID,
            to: secrets,
            now: WallClock.millis
        )
        guard let request else {
            let verdict = Verdict(dead: "the channel's settings can't be used: edit the channel")
            self.finish(delivery, verdict, of: entry.channel)
            return
        }
        let sent = HTTPRequest(
            method: "POST",
            url: request.url,
            headers: [HTTPHeader("User-Agent", "Apus/\(Version.current)")] + request.headers,
            body: request.body,
            timeout: Lease.attempt * 1_000,
            maxRedirects: 0,
            policy: self.policy,
            headerLimit: 64 << 10,
            bodyLimit: 64 << 10,
            keepsHeaders: true
        )
        self.client.send(sent) { [unowned self] outcome in
            FaultPoint.afterSend.pass()
            let verdict = Verdict(outcome, now: WallClock.millis, wish: format.wait(outcome))
            self.finish(delivery, verdict, of: entry.channel)
        }
    }

    /// The gateway may have asked for a test before the log told of the channel.
    private func waitForChannel(_ delivery: Delivery) {
        if self.directory.isLoaded, WallClock.millis - delivery.pendingSince > Self.strangerPatience {
            self.finish(delivery, .cancelled, error: "there is no such channel any more")
            return
        }
        let report = DeliveryReport(
            webhookID: delivery.webhookID,
            state: .pending,
            attempts: delivery.attempts,
            delay: 1_000,
            error: "the channel is not known yet"
        )
        self.outbox.finish(report, nextAt: BootClock.millis + 1_000)
        self.settle()
    }

    private func finish(_ delivery: Delivery, _ state: DeliveryReport.State, error: String) {
        let report = DeliveryReport(
            webhookID: delivery.webhookID,
            state: state,
            attempts: delivery.attempts,
            error: error
        )
        self.end(delivery, report)
    }

    private func finish(_ delivery: Delivery, _ verdict: Verdict, of channel: Channel) {
        var report = DeliveryReport(
            webhookID: delivery.webhookID,
            state: .pending,
            attempts: delivery.attempts + 1,
            status: verdict.status,
            error: verdict.error
        )
        var generator = SystemRandomNumberGenerator()
        let pause = self.backoff.pause(after: report.attempts, using: &generator)
        switch verdict.course {
        case .delivered: report.state = .delivered
        case .dead: report.state = .dead
        case .gone:
            report.state = .dead
            report.goneGeneration = channel.generation
            self.switchOff(channel)
        case .retry(let wish): report.delay = wish ?? pause
        case .refused:
            report.delay = pause
            if report.attempts >= self.backoff.attemptsRefused { report.state = .dead }
        }
        let age = WallClock.millis - delivery.pendingSince
        if report.state == .pending, age + report.delay > self.backoff.patience {
            report.state = .dead
            report.error = "given up after \(self.backoff.patience / 3_600_000) hours: \(verdict.error ?? "")"
        }
        self.end(delivery, report)
    }

    /// Sends nothing more to a channel whose receiver is gone, and tells people so by the others.
    private func switchOff(_ channel: Channel) {
        guard self.directory.switchOff(channel) else { return }
        self.log.error(
            "a channel was switched off: its receiver answered 410",
            ["channel": channel.id, "name": channel.name]
        )
        let now = WallClock.millis
        let announcement = self.announcer.disabled(channel, at: now)
        self.outbox.add(
            self.directory.caretakers(at: now).map {
                Delivery(announcement, channel: $0, permission: .ahead, pendingSince: now)
            }
        )
    }

    private func end(_ delivery: Delivery, _ report: DeliveryReport) {
        self.metrics.attempts[report.state]?.add()
        if report.state == .delivered {
            self.metrics.latency.observe(Double(max(WallClock.millis - delivery.announcement.at, 0)) / 1_000)
        }
        self.tell(delivery, report)
        self.outbox.finish(report, nextAt: BootClock.millis + report.delay)
        self.settle()
    }

    private func tell(_ delivery: Delivery, _ report: DeliveryReport) {
        let fields: Log.Fields = [
            "announcement": delivery.announcement.id, "channel": delivery.channel, "webhookId": report.webhookID,
            "attempt": report.attempts, "error": report.error ?? "",
        ]
        switch report.state {
        case .delivered: self.log.info("delivered", fields)
        case .pending: self.log.warning("a delivery failed and is tried again", fields)
        case .dead: self.log.error("a delivery was given up", fields)
        case .cancelled: self.log.warning("a delivery was cancelled", fields)
        }
    }

    private func settle() {
        self.ended()
        self.kick()
    }
}
