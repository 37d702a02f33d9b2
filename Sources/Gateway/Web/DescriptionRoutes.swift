import HTTPServer
import Service

/// The description of the API as pages: Swagger UI at `/docs`, ReDoc at `/redoc`.
///
/// Their files come inside PyPI's `drf-spectacular-sidecar`, which `scripts/setup` and the image fetch.
struct DescriptionRoutes: Sendable {
    /// The files of that package that the pages use.
    static let names = [
        "swagger-ui-dist/swagger-ui.css", "swagger-ui-dist/swagger-ui-bundle.js", "redoc/bundles/redoc.standalone.js",
    ]

    /// Both make their styles as they run, and ReDoc searches in a worker made of a string; neither page has scripts
    /// of others, nor may it be framed.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
        "font-src 'self'", "connect-src 'self'", "worker-src blob:", "form-action 'none'", "base-uri 'none'",
        "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private let files: [String: WebFile]
    private let start: WebFile
    private let swagger: WebFile
    private let redoc: WebFile

    /// Reads the files of `folder` into memory; without them the pages say so.
    init(folder: String, log: Log) {
        self.files = WebFolder.read(folder, names: Self.names)
        self.start = WebFile(contentType: "text/javascript; charset=utf-8", content: Array(Self.swaggerStart.utf8))
        self.swagger = Self.page(style: "swagger-ui-dist/swagger-ui.css", body: Self.swaggerBody)
        self.redoc = Self.page(body: Self.redocBody)
        let missing = Self.names.filter { self.files[$0] == nil }
        if !missing.isEmpty {
            log.info(
                "/docs and /redoc lack their files: scripts/setup fetches them, API_DOCS_FOLDER says where they lie",
                ["folder": folder, "missing": missing.joined(separator: " ")]
            )
        }
    }

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/docs") { self.answer($0, self.swagger, needing: Self.names.prefix(2)) },
            Route(.get, "/redoc") { self.answer($0, self.redoc, needing: Self.names.suffix(1)) },
            Route(.get, "/docs/start.js") { self.start.response(to: $0) },
            Route(.get, "/docs/{path...}") { request in
                self.files[request.parameter("path") ?? ""]?.response(to: request)
                    ?? .problem(404, "The pages of the API's description have no such file.")
            },
        ]
    }

    private func answer(_ request: HTTPRequest, _ page: WebFile, needing names: ArraySlice<String>) -> HTTPResponse {
        guard names.allSatisfy({ self.files[$0] != nil }) else {
            return .problem(404, "This page's files are not here: run scripts/setup, or set API_DOCS_FOLDER.")
        }
        return page.response(to: request)
    }

    // Addresses without a slash in front: both pages also work below a path of a proxy.
    private static func page(style: String? = nil, body: String) -> WebFile {
        let link = style.map { "<link rel=\"stylesheet\" href=\"docs/\($0)\">\n" } ?? ""
        let text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Apus API</title>
            <link rel="icon" href="data:,">
            \(link)</head>
            <body>
            \(body)
            </body>
            </html>

            """
        return WebFile(contentType: "text/html; charset=utf-8", content: Array(text.utf8), policy: Self.policy)
    }

    private static let swaggerBody = """
        <div id="page"></div>
        <script src="docs/swagger-ui-dist/swagger-ui-bundle.js"></script>
        <script src="docs/start.js"></script>
        """

    private static let swaggerStart = """
        SwaggerUIBundle({ url: "openapi.yaml", dom_id: "#page", deepLinking: true, validatorUrl: null });

        """

    private static let redocBody = """
        <redoc spec-url="openapi.yaml" disable-google-font="true"></redoc>
        <script src="docs/redoc/bundles/redoc.standalone.js"></script>
        """
}
