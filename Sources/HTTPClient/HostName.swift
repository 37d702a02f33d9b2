/// Names of hosts as people write them.
package enum HostName {
    /// The name as the DNS knows it: lower case, international names in their ASCII form (RFC 5891).
    ///
    /// `nil` if it is no host name. International names need the locale that the first ``HTTPClient`` sets.
    package static func ascii(_ name: String) -> String? {
        guard !name.utf8.contains(where: { "/:@?#".utf8.contains($0) }) else { return nil }
        return WebURL("http://\(name)/")?.host
    }
}
