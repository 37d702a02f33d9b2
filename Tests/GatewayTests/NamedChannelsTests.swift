import Dispatch
import HTTPServer
import Postgres
import Service
import Synchronization
import TestServers
import Testing

@testable import Gateway

/// A channel does not go while a monitor is being given it.
@Suite(.serialized, .timeLimit(.minutes(1))) struct NamedChannelsTests {
    private let door: Door

    init() throws {
        self.door = try Door()
        let channel = #"{"name":"c","type":"discord","url":"https://discord.com/api/webhooks/1/x","default":false}"#
        let monitor = #"{"name":"m","type":"tcp","target":"x:1"}"#
        for (path, body) in [("channels", channel), ("monitors", monitor)] {
            try #require(self.door.send(.post, "/api/v1/\(path)", key: self.door.admin, body: body).status == 201)
        }
    }

    /// Sends a request beside this thread; what is answered, once it is.
    private func begin(_ method: HTTPMethod, _ path: String, body: String = "") -> () -> HTTPResponse? {
        let type = body.isEmpty ? [] : [(name: "content-type", value: "application/json")]
        let request = HTTPRequest(
            method: method,
            target: "/api/v1/\(path)",
            headers: HTTPHeaders([("authorization", "Bearer \(self.door.admin)")] + type),
            body: Array(body.utf8)
        )
        let (router, answer, group) = (self.door.router, Answer(), DispatchGroup())
        DispatchQueue.global().async(group: group) {
            let response = router.respond(to: request)
            answer.response.withLock { $0 = response }
        }
        return {
            group.wait()
            return answer.response.withLock { $0 }
        }
    }

    private final class Answer: Sendable {
        let response = Mutex<HTTPResponse?>(nil)
    }

    /// Does `body` while a monitor has been given the channel and that is not committed yet; what is answered to the edit.
    private func whileNaming(_ body: () throws -> Void) throws -> HTTPResponse? {
        var edit: (() -> HTTPResponse?)?
        try self.door.pool.withConnection { connection in
            try connection.withTransaction { connection in
                // The last that an edit does is to note itself.
                _ = try connection.script("LOCK TABLE audit IN EXCLUSIVE MODE")
                edit = self.begin(.patch, "monitors/1", body: #"{"channels":[1]}"#)
                try #require(try self.waiting(1))
                try body()
            }
        }
        return edit?()
    }

    private func waiting(_ count: Int64) throws -> Bool {
        try eventually {
            try self.door.count(
                "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ) == count
        }
    }

    @Test func `a channel that is named just now can't be deleted`() throws {
        var removal: (() -> HTTPResponse?)?
        let edit = try self.whileNaming { () throws in
            removal = self.begin(.delete, "channels/1")
            #expect(try self.waiting(2))
        }
        #expect(edit?.status == 200)
        #expect(removal?()?.status == 409)
        #expect(self.door.send(.get, "/api/v1/channels/1", key: self.door.admin).status == 200)
    }

    @Test func `a webhook that is named just now is not taken away`() throws {
        try self.door.sql(
            """
            UPDATE channels SET is_webhook = true;
            INSERT INTO unnamed_webhooks (channel, told_at) VALUES (1, now() - interval '1 hour');
            INSERT INTO positions (projection, partition, taken_count, last_timestamp)
            VALUES ('alerter', 0, 1, \(WallClock.millis))
            """
        )
        func removed() throws -> [Int64] {
            try self.door.pool.withConnection { try $0.withTransaction { try UnnamedWebhooks.remove($0) } }
        }
        let edit = try self.whileNaming { () throws in #expect(try removed() == []) }
        #expect(edit?.status == 200)
        #expect(try removed() == [] && self.door.count("unnamed_webhooks") == 0)
        #expect(self.door.send(.get, "/api/v1/channels/1", key: self.door.admin).status == 200)
    }

    @Test func `a channel that was deleted just now can't be named`() throws {
        var edit: (() -> HTTPResponse?)?
        try self.door.pool.withConnection { connection in
            try connection.withTransaction { connection in
                _ = try connection.script("LOCK TABLE audit IN EXCLUSIVE MODE")
                let removal = self.begin(.delete, "channels/1")
                try #require(try self.waiting(1))
                edit = self.begin(.patch, "monitors/1", body: #"{"channels":[1]}"#)
                #expect(try self.waiting(2))
                _ = removal
            }
        }
        let refused = try #require(edit?())
        #expect(try refused.status == 400 && refused.pointers == ["#/channels/0"], "\(refused.text)")
    }
}
