import Events
import HTTPServer
import JSON
import Service

/// The regions that watch, with their pingers and shares, from the board's memory.
struct RegionRoutes: Sendable {
    private let board: Board
    private let answers: Answers

    /// Routes that read `board`.
    init(board: Board, answers: Answers) {
        self.board = board
        self.answers = answers
    }

    /// The routes.
    var routes: [Route] {
        [Route(.get, "/api/v1/regions") { request in self.answers.answer(request) { try self.list(request) } }]
    }

    private func list(_ request: HTTPRequest) throws -> HTTPResponse {
        try QueryReader(request).finish()
        let isStale = self.board.isStale
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for region in self.board.regions(now: WallClock.millis) { Self.write(region, to: &writer) }
        writer.endArray()
        writer.member("nextCursor", String?.none)
        writer.member("stale", isStale)
        writer.endObject()
        return .json(writer.bytes, headers: Board.headers(isStale: isStale))
    }

    private static func write(_ region: RegionSummary, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("region", region.name)
        writer.member("watching", region.shares > 0)
        writer.member("shares", region.shares)
        writer.member("blindShares", region.blindShares)
        writer.member("lastPulseAt", time: region.lastPulse)
        writer.name("pingers")
        writer.beginArray()
        for pinger in region.pingers {
            writer.beginObject()
            writer.member("pinger", pinger.name)
            writer.member("shares", pinger.shares)
            writer.member("load", pinger.load)
            writer.member("lastPulseAt", time: pinger.lastPulse)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
