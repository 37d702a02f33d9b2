import HTTPServer
import JSON
import Testing

@testable import Gateway

@Suite(.serialized, .timeLimit(.minutes(1))) struct IncidentActionRoutesTests {
    private func door() throws -> Door {
        let door = try Door()
        let body = #"{"name":"m","type":"tcp","target":"x:1"}"#
        let made = door.send(.post, "/api/v1/monitors", key: door.admin, body: body)
        let id = try #require(try made.document["id"]?.number)
        try door.sql(
            """
            INSERT INTO incidents (id, monitor, name, target, started_ms, confirmed_ms, ended_ms, resolution) VALUES
                ('inc_open', \(id), 'm', 'x', 1, 2, NULL, NULL), ('inc_over', \(id), 'm', 'x', 1, 2, 3, 'recovered'),
                ('inc_gone', 999, 'm', 'x', 1, 2, 3, 'deleted');
            """
        )
        return door
    }

    @Test func `an acknowledgement and a comment are on their way to the log`() throws {
        let door = try self.door()
        let editor = try door.makeKey(.editor)
        let note = #"{"note":"On it."}"#
        let answer = door.send(.post, "/api/v1/incidents/inc_open/acknowledge", key: editor, body: note)
        #expect(answer.status == 202)
        #expect(try answer.document["person"]?.text == "editor")
        #expect(try answer.document["verb"]?.text == "acknowledge")
        let comment = door.send(
            .post,
            "/api/v1/incidents/inc_over/comments",
            key: editor,
            body: #"{"text":"It was the \"disk\"."}"#
        )
        #expect(comment.status == 202)
        let waiting = "relay_outbox WHERE topic = 'monitoring-results' AND change IS NULL AND key = '1'"
        #expect(try door.count(waiting) == 2)
        #expect(try door.count("relay_outbox WHERE value LIKE '%It was the %'") == 1)
        #expect(try door.count("audit WHERE subject = 'incidents/inc_open'") == 1)
        // No words are needed.
        #expect(door.send(.post, "/api/v1/incidents/inc_open/acknowledge", key: editor).status == 202)
    }

    @Test func `what makes no sense is refused`() throws {
        let door = try self.door()
        func post(_ path: String, _ body: String = "") -> HTTPResponse {
            door.send(.post, "/api/v1/incidents/\(path)", key: door.admin, body: body)
        }
        #expect(post("inc_none/acknowledge").status == 404)
        #expect(post("inc_none/comments", #"{"text":"a"}"#).status == 404)
        #expect(post("inc_over/acknowledge").status == 409)
        #expect(post("inc_gone/comments", #"{"text":"a"}"#).status == 409)
        try door.sql("UPDATE incidents SET acknowledged_ms = 5, acknowledged_by = 'Ada' WHERE id = 'inc_open'")
        #expect(try post("inc_open/acknowledge").document["detail"]?.text?.contains("Ada") == true)
        let long = String(repeating: "x", count: 2_001)
        for body in [#"{"text":""}"#, #"{"text":"\#(long)"}"#, #"{"text":7}"#, "{}", #"{"text":null}"#] {
            #expect(try post("inc_open/comments", body).pointers == ["#/text"])
        }
        #expect(try post("inc_open/comments", #"{"text":"a","at":1}"#).pointers == ["#/at"])
        #expect(try post("inc_open/acknowledge", #"{"note":["a"]}"#).pointers == ["#/note"])
        #expect(post("inc_open/comments", "text").status == 400)
        #expect(try door.count("relay_outbox WHERE topic = 'monitoring-results'") == 0)
        let viewer = try door.makeKey(.viewer)
        #expect(door.send(.post, "/api/v1/incidents/inc_open/acknowledge", key: viewer).status == 403)
    }
}
