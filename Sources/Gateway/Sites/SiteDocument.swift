import Events
import HTTPServer
import JSON
import Networking

/// A site, which is an HTTP monitor, as this interface speaks of it.
enum SiteDocument {
    /// What is repeated after a failure, ms: two failures in a row confirm an outage, soon after each other.
    private static let retryInterval: Int64 = 5_000

    /// Reads a new site.
    ///
    /// - Throws: ``FormFaults``, or ``Refusal`` (400) where the URL is none that `policy` allows.
    static func read(_ request: HTTPRequest, timeout: Int64, policy: AddressPolicy) throws -> MonitorDocument.Draft {
        let form = try FormReader(body: request)
        let url = form.text("url", limit: 2_048)
        let name = form.text("name", limit: 200)
        let interval = form.integer("check_interval_seconds", 1...86_400, default: 300) * 1_000
        let status = Int(form.integer("expected_status_code", 100...599, default: 200))
        try form.finish()
        try self.require(url, policy)
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Refusal(response: SiteDoor.detail("Invalid name", status: 400))
        }
        var settings = HTTPCheckSettings(statuses: StatusSet(ranges: [status...status]))
        // A redirect that is expected must not be followed.
        if (300...399).contains(status) { settings.maxRedirects = 0 }
        var monitor = Monitor(
            id: 0,
            name: name,
            target: url,
            check: .http(settings),
            interval: interval,
            createdAt: 0
        )
        monitor.timeout = timeout
        monitor.retryInterval = min(interval, self.retryInterval)
        monitor.failureThreshold = 2
        monitor.recoveryThreshold = 1
        return MonitorDocument.Draft(monitor: monitor, secrets: HTTPSecrets())
    }

    /// Refuses what is no URL to be probed or posted to.
    static func require(_ url: String, _ policy: AddressPolicy) throws(Refusal) {
        guard Target.isURL(url), Target.isAllowed(url, policy) else {
            throw Refusal(response: SiteDoor.detail("Invalid URL", status: 400))
        }
    }

    /// Writes a site; of several expected codes the first one.
    static func write(_ monitor: Monitor, to writer: inout JSONWriter) {
        var status = 200
        if case .http(let settings) = monitor.check { status = settings.statuses.ranges.first?.lowerBound ?? status }
        writer.beginObject()
        writer.member("url", monitor.target)
        writer.member("name", monitor.name)
        writer.name("check_interval_seconds")
        writer.seconds(milliseconds: monitor.interval)
        writer.member("expected_status_code", status)
        writer.member("id", monitor.id)
        writer.endObject()
    }
}
