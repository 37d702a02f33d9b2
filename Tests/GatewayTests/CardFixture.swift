import Crypto
import Events
import HTTPServer
import Latest
import Redis
import Service
import TestServers

@testable import Gateway

/// The routes of cards and of the overview, on a board that follows a Redis of its own.
final class CardFixture {
    private let recents: RecentsLoader
    private let availability: AvailabilityLoader
    private let router: Router

    init(_ board: BoardFixture, database: String) throws {
        let recents = RecentsLoader(try RedisURL(board.redis.url()), into: board.board.recents, log: board.log)
        let availability = AvailabilityLoader(database, board: board.board, log: board.log, timeout: .seconds(1))
        let answers = Answers(log: board.log)
        let search = BoardSearch(board.board)
        self.recents = recents
        self.availability = availability
        self.router = Router(
            CardRoutes(
                board: board.board,
                search: search,
                recents: recents,
                availability: availability,
                answers: answers
            ).routes + OverviewRoutes(board: board.board, search: search, answers: answers).routes
        )
    }

    deinit {
        self.recents.stop()
        self.availability.stop()
    }

    func get(_ target: String) -> HTTPResponse {
        self.router.respond(to: HTTPRequest(method: .get, target: "/api/v1/\(target)"))
    }

    /// The ids of a window of cards, in their order.
    func ids(_ query: String) throws -> [Int64] {
        try self.get("cards?\(query)").document["items"]?.items.compactMap { $0["monitor"]?.number } ?? []
    }
}
