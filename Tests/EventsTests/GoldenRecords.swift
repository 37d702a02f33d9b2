import Events

/// The values of which `Golden/v1` keeps the bytes; a new version adds its own and leaves these alone.
enum GoldenRecords {
    static let start: Int64 = 1_795_189_560_000

    static let records: [(name: String, record: Record)] = [
        ("result", .result(result)), ("result-short", .result(short)), ("pulse", .pulse(pulse)),
        ("change-http", .change(.defined(shop))), ("change-tcp", .change(.defined(database))),
        ("change-push", .change(.defined(backup))),
        ("change-deleted", .change(.deleted(monitor: 42, generation: 9, at: start))), ("action", .action(action)),
        ("push", .push(push)),
    ]

    private static let result = CheckResult(
        monitor: 42,
        region: "eu",
        slot: start,
        attempt: 1,
        startedAt: start + 4,
        outcome: .down,
        reason: .status,
        phase: .firstByte,
        code: 503,
        detail: "expected 200 … 299, got 503 \"Überlast\"\n",
        timings: Timings(dns: 812, connect: 1_204, tls: 20_113, firstByte: 45_001, total: 45_300),
        values: ["cpu": 0.37, "packetLoss": 0],
        address: "93.184.216.34",
        certificateExpiresAt: 1_798_761_600_000,
        pinger: "pinger-eu-0",
        generation: 3
    )

    private static let short = CheckResult(
        monitor: 7,
        region: "us",
        slot: start,
        startedAt: start,
        outcome: .unknown,
        pinger: "pinger-us-0",
        generation: 1
    )

    private static let pulse = Pulse(
        region: "eu",
        share: 7,
        time: start,
        canary: .good,
        load: 0.25,
        pinger: "pinger-eu-0"
    )

    private static let action = Action(
        monitor: 42,
        incident: "inc_abcdefghijklmnopqrstuvwxyz",
        verb: .acknowledge,
        person: "eva",
        text: "on it",
        at: start
    )

    private static let push = Push(
        monitor: 9,
        at: start,
        outcome: .down,
        detail: "disk full",
        latency: 12.5,
        gateway: "gateway-0"
    )

    static var shop: Monitor {
        var monitor = Monitor(
            id: 42,
            name: "Shop",
            target: "https://example.com/",
            check: .http(
                HTTPCheckSettings(
                    method: "POST",
                    keyword: "welcome",
                    maxRedirects: 3,
                    verifyTLS: false,
                    addressFamily: .ipv4,
                    sealed: "c2VhbGVk"
                )
            ),
            interval: 10_500,
            quorum: .count(2),
            generation: 3,
            createdAt: start,
            updatedAt: start + 60_000
        )
        (monitor.regions, monitor.channels, monitor.dependsOn) = (["eu", "us"], [1, 2], [7])
        (monitor.group, monitor.tags, monitor.reminderInterval) = ("web", ["shop", "prod"], 3_600_000)
        monitor.checkRequestedAt = start + 61_000
        return monitor
    }

    private static let database = Monitor(
        id: 7,
        name: "Database",
        target: "db:5432",
        check: .tcp(TCPCheckSettings()),
        quorum: .any,
        enabled: false,
        createdAt: start
    )

    private static let backup = Monitor(
        id: 9,
        name: "Backup",
        target: "",
        check: .push(PushCheckSettings(grace: 300_000)),
        interval: 86_400_000,
        quorum: .all,
        createdAt: start
    )

    /// A state in which much is set: one monitor is DOWN with an open incident, one is paused, one deleted.
    static var state: PartitionState {
        var state = PartitionState(partition: 0, count: 1)
        var effects: [Effect] = []
        var log: [Record] = [.change(.defined(shop)), .change(.defined(database)), .change(.defined(backup))]
        for (index, region) in ["eu", "us", Pulse.pushRegion].enumerated() {
            let share = Partitioning.share(of: 42)
            let time = start + 60_001 + Int64(index)
            log.append(.pulse(Pulse(region: region, share: share, time: time, canary: .good, pinger: "p")))
        }
        for attempt in 0..<3 {
            for region in ["eu", "us"] {
                var failure = result
                (failure.region, failure.slot, failure.attempt) = (region, start + 62_000, attempt)
                log.append(.result(failure))
            }
        }
        log.append(.push(push))
        log.append(.change(.deleted(monitor: 9, generation: 2, at: start + 63_000)))
        for record in log { state.step(record, timestamp: start + 63_000, &effects) }
        return state
    }

    /// The rows of ``state`` that say something, by the names of their files.
    static var rows: [(name: String, bytes: [UInt8])] {
        state.allRows().compactMap { row in
            switch row {
            case .share(let share, let value):
                share == Partitioning.share(of: 42) || share == 0 ? ("share-\(share)", value) : nil
            case .monitor(let id, _, let value): value.map { ("monitor-\(id)", $0) }
            }
        }
    }
}
