import Events
import JSON

/// The fields of a monitor that only HTTP checks have.
enum HTTPDocument {
    /// Reads the settings that are no secret.
    static func read(_ fields: PatchReader, old: Monitor?) -> HTTPCheckSettings {
        var former: HTTPCheckSettings?
        if case .http(let settings)? = old?.check { former = settings }
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        let statuses = JSONRule<String>.string(1...200).then("Must be codes and ranges such as \"200-299,301\".") {
            StatusSet($0)
        }
        let keyword = JSONRule<String>.string(1...1_024)
        return HTTPCheckSettings(
            method: fields.value("method", .oneOf(methods), former?.method, or: "GET"),
            statuses: fields.value("statuses", statuses, former?.statuses, or: .success),
            keyword: fields.value("keyword", keyword, former?.keyword),
            invertKeyword: fields.value("invertKeyword", .boolean, former?.invertKeyword, or: false),
            maxRedirects: Int(
                fields.value("maxRedirects", .integer(0...20), former.map { Int64($0.maxRedirects) }, or: 10)
            ),
            verifyTLS: fields.value("verifyTls", .boolean, former?.verifyTLS, or: true),
            addressFamily: self.family(fields, old: former?.addressFamily)
        )
    }

    /// Reads headers, body and credentials.
    static func readSecrets(_ fields: PatchReader, old: HTTPSecrets) -> HTTPSecrets {
        var secrets = old
        let value = JSONRule<String>.string(0...8_192).then("Must not hold control characters.", self.fieldValue)
        let headers = JSONRule<[(name: String, value: String)]>.members(of: value, count: 0...50)
        if fields.reader.isNull("headers") {
            secrets.headers = []
        } else if let members = fields.reader.optional("headers", headers) {
            for name in members.map(\.name) where !self.isFieldName(name) {
                fields.reader.fault(
                    "headers",
                    "\"\(name.prefix(64))\" can't be set: it is no header name, or one of ours."
                )
            }
            secrets.headers = members.map { HTTPSecrets.Header(name: $0.name, value: $0.value) }
        }
        secrets.body = fields.value("body", .string(0...65_536), old.body)
        let basic = JSONRule<HTTPSecrets.BasicAuthentication>.object { reader in
            let user = JSONRule<String>.string(1...256).then("Must not hold a colon.") { $0.contains(":") ? nil : $0 }
            guard let user = reader.required("user", user),
                let password = reader.required("password", .string(0...1_024))
            else { return nil }
            return HTTPSecrets.BasicAuthentication(user: user, password: password)
        }
        secrets.basic = fields.value("basicAuth", basic, old.basic)
        let token = JSONRule<String>.string(1...8_192).then("Must not hold control characters.", self.fieldValue)
        secrets.bearer = fields.value("bearerToken", token, old.bearer)
        if secrets.basic != nil, secrets.bearer != nil {
            fields.reader.fault("bearerToken", "Give either basicAuth or bearerToken, not both.")
        }
        return secrets
    }

    /// Reads the address family that a check insists on.
    static func family(_ fields: PatchReader, old: AddressFamily?) -> AddressFamily {
        let rule = JSONRule<String>.oneOf(AddressFamily.allCases.map(\.rawValue)).then("") {
            AddressFamily(rawValue: $0)
        }
        return fields.value("addressFamily", rule, old, or: .any)
    }

    /// The names of the secrets that are set, for the answer.
    static func names(of secrets: HTTPSecrets) -> [String] {
        var names: [String] = []
        if !secrets.headers.isEmpty { names.append("headers") }
        if secrets.body != nil { names.append("body") }
        if secrets.basic != nil { names.append("basicAuth") }
        if secrets.bearer != nil { names.append("bearerToken") }
        return names
    }

    /// The names of the secrets in which two monitors differ.
    static func differences(_ former: HTTPSecrets, _ latter: HTTPSecrets) -> [String] {
        var names: [String] = []
        if former.headers != latter.headers { names.append("headers") }
        if former.body != latter.body { names.append("body") }
        if former.basic != latter.basic { names.append("basicAuth") }
        if former.bearer != latter.bearer { names.append("bearerToken") }
        return names
    }

    /// Header values hold neither line ends nor other control characters (RFC 9110 §5.5); a tab is allowed.
    private static func fieldValue(_ text: String) -> String? {
        text.utf8.allSatisfy { $0 == 9 || ($0 >= 0x20 && $0 != 0x7f) } ? text : nil
    }

    /// A token (RFC 9110 §5.6.2) that is not the client's own to frame the message with.
    private static func isFieldName(_ name: String) -> Bool {
        let ours = ["host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect"]
        guard !name.isEmpty, name.utf8.count <= 256, !ours.contains(name.lowercased()) else { return false }
        let marks = Set("!#$%&'*+-.^_`|~".utf8)
        return name.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5a) || ($0 >= 0x61 && $0 <= 0x7a) || marks.contains($0)
        }
    }
}
