import EventLoop
import Events
import HTTPClient
import Networking

/// An HTTP(S) request whose answer must have the right status, and the right words in its body.
struct HTTPCheck: Check {
    /// How much of a body is searched for the keyword.
    static let searched = 1 << 20

    private let request: PreparedRequest
    private let limits: CheckLimits
    private let statuses: StatusSet
    private let keyword: [UInt8]?
    private let invertKeyword: Bool

    init(_ monitor: Monitor, _ settings: HTTPCheckSettings, _ secrets: HTTPSecrets) {
        self.limits = CheckLimits(monitor)
        // One array for all who keep the default.
        self.statuses = settings.statuses == .success ? .success : settings.statuses
        self.keyword = settings.keyword.map { Array($0.utf8) }
        self.invertKeyword = settings.invertKeyword
        var headers = secrets.headers.map { HTTPHeader($0.name, $0.value) }
        if let basic = secrets.basic {
            headers.append(HTTPHeader("Authorization", "Basic " + Base64.encode("\(basic.user):\(basic.password)")))
        } else if let bearer = secrets.bearer {
            headers.append(HTTPHeader("Authorization", "Bearer \(bearer)"))
        }
        self.request = PreparedRequest(
            HTTPRequest(
                method: settings.method,
                url: monitor.target,
                headers: headers,
                body: secrets.body.map { Array($0.utf8) },
                timeout: self.limits.timeout,
                maxRedirects: settings.maxRedirects,
                verifyTLS: settings.verifyTLS,
                family: IPFamily(settings.addressFamily),
                bodyLimit: HTTPCheck.searched,
                bodyCapture: settings.keyword == nil ? 0 : HTTPCheck.searched,
                acceptsCompression: settings.keyword != nil
            )
        )
    }

    func start(with prober: Prober, completion: @escaping (CheckObservation) -> Void) -> any RunningCheck {
        let clock = CheckClock(self.limits)
        let loop = prober.loop
        return prober.http.send(self.request, policy: prober.policy) { outcome in
            var observation = self.judge(outcome, startedAt: clock.startedAt)
            clock.settle(&observation, on: loop)
            completion(observation)
        }
    }

    private func judge(_ outcome: HTTPOutcome, startedAt: Int64) -> CheckObservation {
        var observation = CheckObservation(startedAt: startedAt, outcome: .up)
        observation.code = outcome.status
        observation.address = outcome.address?.description
        observation.certificateExpiresAt = outcome.certificateExpiresAt
        observation.wasAnswered = outcome.wasAnswered
        observation.timings = Timings(
            dns: outcome.timings.dns,
            connect: outcome.timings.connect,
            tls: outcome.timings.tls,
            firstByte: outcome.timings.firstByte
        )
        if let failure = outcome.failure {
            observation.fail(Verdict(failure, timeout: self.limits.timeout), in: Phase(failure.phase))
        } else if let status = outcome.status, !self.statuses.contains(status) {
            observation.fail(Verdict(.status, "status \(status), expected \(self.statuses)"), in: .firstByte)
        } else if let fault = self.keywordFault(outcome) {
            observation.fail(Verdict(.body, fault), in: .total)
        }
        return observation
    }

    /// What is wrong with the body; the keyword itself may be secret.
    private func keywordFault(_ outcome: HTTPOutcome) -> String? {
        guard let keyword = self.keyword else { return nil }
        let isFound = Search.contains(outcome.body, keyword)
        guard isFound == self.invertKeyword else { return nil }
        if isFound { return "the body contains the keyword that it must not contain" }
        return outcome.bodyWasCut
            ? "the keyword is not in the body's first 1 MiB; the rest was not read"
            : "the body does not contain the keyword"
    }
}

extension HTTPCall: RunningCheck {}
