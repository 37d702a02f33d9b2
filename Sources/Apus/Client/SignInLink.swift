import JSON

/// A link that signs in once, within minutes.
struct SignInLink {
    /// What to open in a browser.
    let url: String

    /// Has the gateway make one, for a person or, where that is nil, for whom the key belongs to.
    init(person: Int64?, _ client: GatewayClient) throws(VerbError) {
        let body = person.map { "{\"person\":\($0)}" } ?? "{}"
        let answer = try client.post("/api/v1/sessions/tokens", Array(body.utf8))
        guard case .object(let link) = answer.document, let url = link.text("url") else {
            throw VerbError("the gateway's answer holds no link", code: 1)
        }
        self.url = url
    }

    /// What is told of it.
    var words: String { "Sign in, once, within ten minutes: \(TextTable.printable(self.url))" }
}
