import Crypto
import Events

/// A monitor as a pinger works by it: the definition with its secrets opened.
struct Definition: Sendable {
    /// The definition as it stands on the log.
    var monitor: Monitor
    /// Headers, body and credentials in clear.
    var secrets: HTTPSecrets

    /// Whether `region` is to check it at all.
    func isChecked(from region: String) -> Bool {
        guard self.monitor.enabled else { return false }
        if case .push = self.monitor.check { return false }
        return self.monitor.regions?.contains(region) ?? true
    }

    /// Reads a record of `monitors`.
    ///
    /// - Throws: ``RecordError`` for a definition that can't be read, ``SealedError`` where its secrets can't be opened.
    static func read(_ value: [UInt8], key: SecretKey) throws -> Definition {
        let monitor = try Monitor.decode(value.span)
        guard case .http(let settings) = monitor.check, let sealed = settings.sealed else {
            return Definition(monitor: monitor, secrets: HTTPSecrets())
        }
        guard let bytes = Base64.decode(sealed), let opened = try? key.open(bytes) else { throw SealedError() }
        return Definition(monitor: monitor, secrets: try HTTPSecrets.decode(opened.span))
    }
}

/// The secrets of a definition were sealed with another key.
struct SealedError: Error, CustomStringConvertible {
    var description: String {
        "its secrets can't be opened: is APUS_SECRET_KEY the key that the gateway has?"
    }
}
