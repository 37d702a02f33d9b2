import Crypto
import HTTPServer
import Service

/// The dashboard: one page for every address that the browser's router knows, and the files behind it.
///
/// They are open to all and hold no data; what they show comes from the API.
struct WebRoutes: Sendable {
    /// The libraries that the pages use, as Debian's packages name them.
    static let assets = [
        "bootstrap5/css/bootstrap.min.css", "chart.js/chart.mjs", "chart.js/chunks/helpers.segment.mjs",
    ]

    /// Names this state of the files in their addresses: a browser keeps them, and never mixes two states.
    private let version: String
    private let files: [String: WebFile]
    private let libraries: [String: WebFile]
    private let shell: WebFile?

    /// Reads the dashboard of `folder` and the libraries of `libraryFolder` into memory.
    ///
    /// What is missing is logged, and answered with a sentence: the API works without it.
    init(folder: String, libraryFolder: String, basePath: String, log: Log) {
        do {
            self.files = try WebFolder.read(folder)
            if self.files["index.html"] == nil {
                log.warning("no dashboard: WEB_FOLDER has no index.html", ["folder": folder])
            }
        } catch {
            log.warning("no dashboard: correct WEB_FOLDER", ["reason": error.description])
            self.files = [:]
        }
        let content = self.files.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.etag)\n" }.joined()
        let version = Hex.encode(BLAKE2b.hash(Array(content.utf8), length: 16))
        self.version = version
        // The frame's modules come at once instead of one after the other as each names the next.
        let modules = self.files.keys.filter {
            $0.hasSuffix(".js") && (!$0.hasPrefix("pages/") || $0 == "pages/pages.js")
        }.sorted()
        self.shell = self.files["index.html"].map { $0.placed(under: basePath, version: version, preloading: modules) }
        self.libraries = WebFolder.read(libraryFolder, names: Self.assets)
        let missing = Self.assets.filter { self.libraries[$0] == nil }
        if !missing.isEmpty {
            log.warning(
                "the dashboard lacks libraries: install libjs-bootstrap5 and libjs-chart.js, or set JAVASCRIPT_FOLDER",
                ["folder": libraryFolder, "missing": missing.joined(separator: " ")]
            )
        }
    }

    /// The routes.
    var routes: [Route] {
        let pages: [StaticString] = [
            "/", "/welcome", "/sign-in", "/monitors/new", "/monitors/{id}", "/monitors/{id}/edit", "/incidents",
            "/incidents/{id}", "/channels", "/people", "/audit", "/account", "/pipeline",
        ]
        return pages.map { template in
            Route(.get, template) { request in
                self.shell?.response(to: request)
                    ?? .problem(404, "The dashboard's files are not here: WEB_FOLDER says where they lie.")
            }
        } + [
            Route(.get, "/web/{path...}") { request in
                let path = request.parameter("path") ?? ""
                let isVersioned = path.hasPrefix(self.version + "/")
                let name = isVersioned ? String(path.dropFirst(self.version.count + 1)) : path
                return self.files[name]?.response(to: request, isVersioned: isVersioned) ?? Self.notFound
            },
            Route(.get, "/assets/{path...}") { request in
                self.libraries[request.parameter("path") ?? ""]?.response(to: request) ?? Self.notFound
            },
        ]
    }

    private static var notFound: HTTPResponse { .problem(404, "The dashboard has no such file.") }
}

extension WebFile {
    /// The shell for a dashboard below `basePath`: its `<base>` says where relative addresses begin.
    fileprivate func placed(under basePath: String, version: String, preloading modules: [String]) -> WebFile {
        let preloads = modules.map { "<link rel=\"modulepreload\" href=\"web/\($0)\">\n" }.joined()
        let page = self.text
            .replacing("<base href=\"/\">", with: "<base href=\"\(basePath)/\">")
            .replacing("</head>", with: preloads + "</head>")
            .replacing("\"web/", with: "\"web/\(version)/")
        return WebFile(contentType: self.contentType, content: Array(page.utf8))
    }
}
