import Service

/// Clients of the gateway's live events, in a process of their own, and what they heard.
struct StreamClients {
    /// How many events of a kind should have come to all clients together, and how many did not.
    struct Count {
        let due: Int
        let missing: Int
    }

    /// What they heard of what they should have.
    struct Heard {
        let changes: Count
        /// Results of the monitors that they named.
        let results: Count
        let incidents: Count
        let doubled: Int
        let disordered: Int
        /// Clients that were cut off.
        let closed: Int
        /// From the slot of a result to its change of state at a client, ms.
        let p50: Double
        let p99: Double
    }

    private let process: MeasuredProcess

    /// Connects `count` clients, each naming so many monitors, and waits until all of them listen.
    init(
        _ count: Int,
        naming named: Int,
        of api: LoopbackHTTP,
        hearing results: Range<Int64>,
        of feed: BoardFeed,
        in folder: BenchFolder
    ) throws(BenchError) {
        let numbers: [Int64] = [
            Int64(api.port), Int64(count), Int64(named), BoardFeed.monitors, BoardFeed.stride, BoardFeed.step,
            BoardFeed.every, feed.base, results.lowerBound, Int64(results.count),
        ]
        self.process = try MeasuredProcess(
            "stream-clients",
            "\(folder.programs)/stream-clients",
            numbers.map { "\($0)" } + (api.headers.first.map { [$0] } ?? []),
            in: folder
        )
        _ = try self.process.announced(after: "connected ")
    }

    /// Waits until they have heard everything, or should have.
    func heard(seconds: Int) throws(BenchError) -> Heard {
        _ = try self.process.announced(after: "end", seconds: seconds)
        let line = (readText(path: self.process.log) ?? "").split(separator: "\n").first { $0.hasPrefix("heard ") }
        let figures = (line ?? "").split(separator: " ").compactMap { Int($0) }
        guard figures.count == 11 else { throw BenchError("stream-clients: \(line ?? "nothing")") }
        return Heard(
            changes: Count(due: figures[0], missing: figures[1]),
            results: Count(due: figures[2], missing: figures[3]),
            incidents: Count(due: figures[4], missing: figures[5]),
            doubled: figures[6],
            disordered: figures[7],
            closed: figures[8],
            p50: Double(figures[9]),
            p99: Double(figures[10])
        )
    }

    /// Lets them go.
    func end() { self.process.end() }
}
