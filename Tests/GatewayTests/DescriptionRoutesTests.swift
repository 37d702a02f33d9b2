import Glibc
import HTTPServer
import Service
import TestServers
import Testing

@testable import Gateway

/// Swagger UI and ReDoc, as far as they are ours.
@Suite struct DescriptionRoutesTests {
    private func router(_ folder: String) -> Router {
        Router(DescriptionRoutes(folder: folder, log: Log(process: "test", level: .error)).routes)
    }

    private func get(_ path: String, of router: Router) -> HTTPResponse {
        router.respond(to: HTTPRequest(method: .get, target: path))
    }

    @Test func `without their files the pages say what to do`() {
        let router = self.router("/nonexistent")
        for page in ["/docs", "/redoc"] {
            let answer = self.get(page, of: router)
            #expect(answer.status == 404 && answer.text.contains("run scripts/setup"), "\(page)")
        }
    }

    @Test func `the pages name only files that are there, and allow no script of others`() throws {
        let folder = TestFolder.make("api-docs")
        for name in DescriptionRoutes.names {
            var path = folder
            for part in name.split(separator: "/").dropLast() {
                path += "/\(part)"
                unsafe mkdir(path, 0o755)
            }
            guard let file = unsafe fopen("\(folder)/\(name)", "w") else { continue }
            unsafe fputs("content", file)
            _ = unsafe fclose(file)
        }
        let router = self.router(folder)
        for page in ["/docs", "/redoc"] {
            let answer = self.get(page, of: router)
            #expect(answer.status == 200)
            let policy = try #require(answer.header("Content-Security-Policy"))
            #expect(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"))
            for attribute in ["src=\"", "href=\"docs"] {
                for part in answer.text.split(separator: attribute).dropFirst() {
                    let name = (attribute.hasSuffix("docs") ? "docs" : "") + part.prefix { $0 != "\"" }
                    #expect(self.get("/\(name)", of: router).status == 200, "\(name)")
                }
            }
            #expect(!answer.text.contains("<script>") && !answer.text.contains("://"))
        }
        #expect(self.get("/docs/../openapi.yaml", of: router).status == 404)
        #expect(self.get("/docs/LICENSE", of: router).status == 404)
    }
}
