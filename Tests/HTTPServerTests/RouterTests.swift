import HTTPServer
import Testing

@Suite struct RouterTests {
    private static let routes = [
        Route(.get, "/") { _ in .text("root") },
        Route(.get, "/items/{id}") { .text("item \($0.parameter("id") ?? "")") },
        Route(.post, "/items") { _ in
            HTTPResponse(status: 201, headers: [("Location", "/items/7")])
        },
        Route(.get, "/elsewhere") { _ in
            HTTPResponse(status: 307, headers: [("Location", "https://example.com/")])
        },
        Route(.get, "/files/{path...}") { .text("file \($0.parameter("path") ?? "")") },
    ]

    private func get(_ target: String, of router: Router) -> String {
        let response = router.respond(to: HTTPRequest(method: .get, target: target))
        guard response.status == 200, case .bytes(let bytes) = response.body else { return "\(response.status)" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `the rest of a path is one parameter, and never empty`() {
        let router = Router(Self.routes)
        #expect(self.get("/files/a", of: router) == "file a")
        #expect(self.get("/files/a/b%20c/d?x=1", of: router) == "file a/b c/d")
        #expect(self.get("/files/", of: router) == "404")
        #expect(self.get("/files", of: router) == "404")
        #expect(self.get("/files/%ff", of: router) == "400")
    }

    @Test func `below a base path everything answers, and nothing beside it`() {
        let router = Router(Self.routes, basePath: "/watch/apus")
        #expect(self.get("/watch/apus", of: router) == "root")
        #expect(self.get("/watch/apus/", of: router) == "root")
        #expect(self.get("/watch/apus/items/3", of: router) == "item 3")
        #expect(self.get("/watch/apus/files/a/b", of: router) == "file a/b")
        for path in ["/", "/items/3", "/watch", "/watch/", "/watch/apusitems/3", "/watch/apus//items/3"] {
            #expect(self.get(path, of: router) == "404", "\(path)")
        }
    }

    @Test func `a local address in Location lies below the base path, others stay`() {
        let router = Router(Self.routes, basePath: "/apus")
        let made = router.respond(to: HTTPRequest(method: .post, target: "/apus/items"))
        #expect(made.headers.first { $0.name == "Location" }?.value == "/apus/items/7")
        let sent = router.respond(to: HTTPRequest(method: .get, target: "/apus/elsewhere"))
        #expect(sent.headers.first { $0.name == "Location" }?.value == "https://example.com/")
    }
}
