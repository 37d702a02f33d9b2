/// The version of Apus that this source is.
package enum Version {
    /// As in a release's tag, without the `v`.
    package static let current = "0.1.0"
}
