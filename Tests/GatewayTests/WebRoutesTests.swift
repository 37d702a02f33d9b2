import HTTPServer
import Service
import Testing

@testable import Gateway

/// The dashboard as the gateway serves it, from the checkout's own files.
@Suite struct WebRoutesTests {
    private static let folder = "\(#filePath)".split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Web"
    private static let log = Log(process: "test", level: .error)

    private func router(basePath: String = "", folder: String = Self.folder) -> Router {
        let web = WebRoutes(
            folder: folder,
            libraryFolder: "/usr/share/javascript",
            basePath: basePath,
            log: Self.log
        )
        return Router(web.routes, basePath: basePath)
    }

    private func get(_ target: String, of router: Router, etag: String? = nil) -> HTTPResponse {
        let headers = HTTPHeaders(etag.map { [(name: "if-none-match", value: $0)] } ?? [])
        return router.respond(to: HTTPRequest(method: .get, target: target, headers: headers))
    }

    private func text(_ response: HTTPResponse) -> String {
        guard case .shared(let bytes) = response.body else { return "" }
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    private func header(_ name: String, _ response: HTTPResponse) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    private func quoted(after mark: String, in text: String) -> [String] {
        text.split(separator: mark).dropFirst().compactMap { part in
            part.split(separator: "\"", omittingEmptySubsequences: false).first.map(String.init)
        }
    }

    @Test func `every page that the browser's router knows is answered with the shell`() throws {
        let router = self.router()
        let pages = self.text(self.get("/web/pages/pages.js", of: router))
        let paths = self.quoted(after: "path: \"", in: pages)
        try #require(paths.count >= 4)
        for path in paths {
            let response = self.get("/" + path.replacing(":id", with: "7"), of: router)
            #expect(response.status == 200 && self.text(response).contains("<!doctype html>"), "\(path)")
        }
    }

    @Test func `every module that is imported is there, and every page begins with a file that is`() throws {
        let router = self.router()
        let files = try WebFolder.read(Self.folder)
        try #require(files.count > 20)
        for (path, file) in files where path.hasSuffix(".js") {
            let folder = path.split(separator: "/").dropLast().map(String.init)
            let imports = self.quoted(after: "from \"", in: file.text) + self.quoted(after: "import(\"", in: file.text)
            for name in imports where name.hasPrefix(".") {
                var parts = folder
                for part in name.split(separator: "/") where part != "." {
                    if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
                }
                #expect(files[parts.joined(separator: "/")] != nil, "\(path) imports \(name)")
            }
        }
        let shell = self.text(self.get("/", of: router))
        let addresses = self.quoted(after: "href=\"web/", in: shell) + self.quoted(after: "src=\"web/", in: shell)
        try #require(addresses.count > 20)
        for address in addresses {
            let response = self.get("/web/" + address, of: router)
            #expect(response.status == 200, "index.html names \(address)")
            #expect(self.header("Cache-Control", response)?.contains("immutable") == true, "\(address)")
        }
        // Another state of the files has other addresses.
        #expect(self.get("/web/0123456789abcdef0123456789abcdef/app.js", of: router).status == 404)
    }

    @Test func `nothing inline stands in the shell, as its policy demands`() {
        let shell = self.text(self.get("/", of: self.router()))
        #expect(!shell.contains("style=") && !shell.contains("<style") && !shell.contains(" on"))
        for script in shell.split(separator: "<script").dropFirst() { #expect(script.contains("src=\"web/")) }
    }

    @Test func `a file that is known is not sent again`() throws {
        let router = self.router()
        let first = self.get("/web/app.js", of: router)
        #expect(first.status == 200 && self.header("Cache-Control", first) == "no-cache")
        let etag = try #require(self.header("ETag", first))
        for known in [etag, String(etag.dropFirst(2)), "\"other\", \(etag)", "*"] {
            let again = self.get("/web/app.js", of: router, etag: known)
            #expect(again.status == 304 && self.text(again).isEmpty, "\(known)")
            #expect(self.header("ETag", again) == etag)
            // What the whole file says (RFC 9110 §15.4.5).
            #expect(self.header("Vary", again) == "Accept-Encoding")
        }
        #expect(self.get("/web/app.js", of: router, etag: "\"other\"").status == 200)
    }

    @Test func `every answer forbids what the dashboard does not need`() {
        let router = self.router()
        for path in ["/", "/web/app.js", "/web/style/apus.css"] {
            let response = self.get(path, of: router)
            let policy = self.header("Content-Security-Policy", response) ?? ""
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "\(path)")
            #expect(policy.contains("frame-ancestors 'none'"), "\(path)")
            #expect(self.header("X-Content-Type-Options", response) == "nosniff", "\(path)")
        }
    }

    @Test func `below a base path the shell says so, and links lead below it`() {
        let router = self.router(basePath: "/watch")
        let shell = self.get("/watch/monitors/7", of: router)
        #expect(self.text(shell).contains("<base href=\"/watch/\">"))
        #expect(self.text(self.get("/watch", of: router)).contains("<base href=\"/watch/\">"))
        #expect(!self.text(shell).contains("href=\"/web") && !self.text(shell).contains("src=\"/"))
        #expect(self.get("/watch/web/app.js", of: router).status == 200)
        #expect(self.get("/web/app.js", of: router).status == 404)
    }

    @Test func `what is no file of the dashboard is not found`() {
        let router = self.router()
        for path in [
            "/web/", "/web/..%2f..%2fPackage.swift", "/web/%2e%2e/Package.swift", "/web/style", "/assets/bootstrap5",
            "/assets/bootstrap5/js/bootstrap.js", "/web/.gitignore", "/index.html",
        ] {
            #expect(self.get(path, of: router).status == 404, "\(path)")
        }
    }

    @Test(arguments: ["", "/watch"])
    func `no address leads elsewhere`(basePath: String) {
        let router = self.router(basePath: basePath)
        for target in [
            "//evil.example", "/\\evil.example", "/sign-in?next=https://evil.example", "/%2F%2Fevil.example",
        ] {
            let answer = self.get(basePath + target, of: router)
            #expect(!(300..<400).contains(answer.status) && self.header("Location", answer) == nil, "\(target)")
        }
    }

    @Test func `without its files the gateway says what is missing`() {
        let router = self.router(folder: "/nowhere")
        #expect(self.get("/", of: router).status == 404)
        #expect(self.get("/web/app.js", of: router).status == 404)
    }

    @Test(arguments: [("/apus", "/apus"), ("/a/b/", "/a/b"), ("/", ""), ("", "")])
    func `a base path is read with or without its last slash`(_ text: String, _ path: String) {
        var reader = SettingsReader(environment: ["GATEWAY_BASE_PATH": text])
        #expect(GatewaySettings(reading: &reader).basePath == path)
        #expect(!reader.problems.contains { $0.name == "GATEWAY_BASE_PATH" })
    }

    @Test(arguments: ["apus", "/a b", "/a/../b", "/a\"><script>", "/ä", "https://example.com/apus"])
    func `what is no path is refused as a base`(_ text: String) {
        var reader = SettingsReader(environment: ["GATEWAY_BASE_PATH": text])
        _ = GatewaySettings(reading: &reader)
        #expect(reader.problems.contains { $0.name == "GATEWAY_BASE_PATH" })
    }
}
