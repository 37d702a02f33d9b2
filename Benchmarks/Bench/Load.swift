/// What `http-load` found out about a server.
struct Load {
    let answers: Double
    let perSecond: Double
    /// Latencies in microseconds.
    let p50: Double
    let p99: Double

    /// Loads a server on 127.0.0.1 for `seconds` with `rate` requests a second, 0: as many as it answers.
    init(
        port: UInt16,
        path: String,
        connections: Int,
        rate: Int,
        seconds: Int,
        header: String? = nil,
        in folder: BenchFolder
    ) throws(BenchError) {
        let process = try MeasuredProcess(
            "http-load",
            "\(folder.programs)/http-load",
            ["\(port)", "\(connections)", "\(rate)", "\(seconds)", path] + (header.map { [$0] } ?? []),
            in: folder
        )
        let output = try process.output(seconds: seconds + 20)
        let figures = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard figures.count == 6, figures[1] == 0 else { throw BenchError("http-load: \(output)") }
        self.answers = figures[0]
        self.perSecond = figures[2]
        self.p50 = figures[3]
        self.p99 = figures[4]
    }
}
