import HTTPServer
import JSON
import Postgres
import Service

/// Turns what a handler throws into the answer that the API promises (RFC 9457, design §7).
struct Answers: Sendable {
    private let log: Log

    /// Answers whose unforeseen faults are logged.
    init(log: Log) {
        self.log = log
    }

    /// Runs a handler.
    ///
    /// Faults of the document or the query become 400 with every one named, a ``Refusal`` what it says, a database
    /// that is away 503 with `Retry-After`; everything else is ours: 500, with the reason in the log only.
    func answer(_ request: HTTPRequest, _ body: () throws -> HTTPResponse) -> HTTPResponse {
        do {
            return try body()
        } catch let refusal as Refusal {
            return refusal.response
        } catch let faults as JSONFaults {
            return .problem(400, "The request has faults.", errors: faults.faults.map { ($0.detail, $0.pointer) })
        } catch let error as JSONSyntaxError {
            return .problem(400, "The body is no JSON: \(error)")
        } catch let error as PostgresError where error.code == .unknownCommit {
            self.log.warning(
                "answered 503: whether a change was stored is not known",
                ["request": request.idText, "error": error.description]
            )
            return .problem(503, "The database broke off while it stored the change, which may be there: look first.")
        } catch let error as PostgresError where Self.isAway(error) {
            self.log.warning(
                "answered 503: the database is away",
                ["request": request.idText, "error": error.description]
            )
            return .problem(
                503,
                "The database is not to be reached at the moment; nothing was changed, try again.",
                headers: [("Retry-After", "5")]
            )
        } catch {
            let text = (error as? PostgresError)?.debugDescription ?? "\(error)"
            self.log.error("answered 500", ["request": request.idText, "error": text])
            return .problem(500, "Something failed on our side; the log has it under this request's id.")
        }
    }

    /// Whether the database can't be used at the moment: it is away, or its schema is still being made.
    private static func isAway(_ error: PostgresError) -> Bool {
        error.isTransient || error.isConnectionLost || error.code != .server || error.state == .undefinedTable
    }
}

/// An answer other than success that a handler decides on.
struct Refusal: Error {
    /// What the client gets.
    let response: HTTPResponse

    /// There is no such thing.
    static func notFound(_ what: String) -> Refusal { Refusal(response: .problem(404, "There is no such \(what).")) }

    /// It can't be done to what there is now.
    static func conflict(_ detail: String) -> Refusal { Refusal(response: .problem(409, detail)) }

    /// Something else has what must be its own: the member at `pointer`.
    static func taken(_ pointer: String, _ detail: String) -> Refusal {
        Refusal(response: .problem(409, "The request has a conflict.", errors: [(detail, pointer)]))
    }

    /// It has another generation than the client edited.
    static func stale(_ generation: Int64) -> Refusal {
        Refusal(
            response: .problem(412, "Somebody edited it meanwhile: it has generation \(generation). Read it again.")
        )
    }
}
