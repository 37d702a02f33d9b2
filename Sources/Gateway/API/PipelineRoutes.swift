import HTTPServer
import JSON
import Service

/// How the pipeline itself fares: every process with age, load and lag, and what was lost on the way.
struct PipelineRoutes: Sendable {
    private let store: PipelineStore
    private let board: Board
    private let answers: Answers

    /// Routes over `store`; pingers, which know no database, come from the pulses on `board`.
    init(_ store: PipelineStore, board: Board, answers: Answers) {
        self.store = store
        self.board = board
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/api/v1/pipeline", execution: .worker) { request in
                self.answers.answer(request) { try self.pipeline(request) }
            }
        ]
    }

    private func pipeline(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        let now = WallClock.millis
        var writer = JSONWriter(capacity: 2_048)
        writer.beginObject()
        writer.name("processes")
        writer.beginArray()
        for process in try self.store.processes() { Self.write(process, to: &writer) }
        for region in self.board.regions(now: now) {
            for pinger in region.pingers { Self.write(pinger, of: region.name, now: now, to: &writer) }
        }
        writer.endArray()
        Self.write("deadLetters", try self.store.deadLetters(), to: &writer)
        Self.write("gaps", try self.store.gaps(), to: &writer)
        writer.name("board")
        writer.beginObject()
        writer.member("monitors", self.board.count)
        writer.member("stale", self.board.isStale)
        writer.member("streams", self.board.live.count)
        writer.endObject()
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func write(_ process: PipelineStore.Process, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", process.kind)
        writer.member("instance", process.instance)
        writer.member("region", String?.none)
        writer.member("version", process.version)
        writer.member("startedAt", time: process.startedAt)
        writer.member("seenAt", time: process.seenAt)
        writer.member("age", process.age)
        writer.member("load", process.load)
        writer.member("lag", process.lagSeconds)
        writer.name("details")
        writer.raw(Array(process.details.utf8))
        writer.endObject()
    }

    private static func write(
        _ pinger: RegionSummary.Pinger,
        of region: String,
        now: Int64,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("kind", "pinger")
        writer.member("instance", pinger.name)
        writer.member("region", region)
        writer.member("version", String?.none)
        writer.member("startedAt", time: nil)
        writer.member("seenAt", time: pinger.lastPulse)
        writer.name("age")
        writer.seconds(milliseconds: max(0, now - pinger.lastPulse))
        writer.member("load", pinger.load)
        writer.member("lag", Double?.none)
        writer.name("details")
        writer.beginObject()
        writer.member("shares", pinger.shares)
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ name: String, _ losses: [PipelineStore.Losses], to writer: inout JSONWriter) {
        writer.name(name)
        writer.beginArray()
        for loss in losses {
            writer.beginObject()
            writer.member("projection", loss.projection)
            writer.member("count", loss.count)
            writer.member("newestAt", time: loss.newestAt)
            writer.endObject()
        }
        writer.endArray()
    }
}
