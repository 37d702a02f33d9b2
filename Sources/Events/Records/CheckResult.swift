/// One attempt of one check, as a pinger publishes it (design §3): plain data, safe to share.
package struct CheckResult: Sendable, Hashable {
    /// Which monitor.
    package var monitor: Int64
    /// From where; 1 … 32 characters of `a-z 0-9 -`.
    package var region: String
    /// The planned time, Unix ms (design §2.1).
    package var slot: Int64
    /// 0 for the planned check, 1 … for its repetitions.
    package var attempt: Int
    /// When the attempt really began, Unix ms of the pinger's clock.
    package var startedAt: Int64
    /// What we found.
    package var outcome: Outcome
    /// Why, unless it is simply up.
    package var reason: Reason?
    /// Which part of the check failed.
    package var phase: Phase?
    /// What the target answered: the HTTP status.
    package var code: Int?
    /// A sentence for people, at most 500 bytes, no secrets.
    package var detail: String?
    /// How long each phase took.
    package var timings: Timings
    /// Numbers of some kinds (`packetLoss` …).
    package var values: [String: Double]?
    /// The address that was used.
    package var address: String?
    /// When the certificate of the answer expires, Unix ms.
    package var certificateExpiresAt: Int64?
    /// Which pinger did it.
    package var pinger: String
    /// The generation of the definition it worked by.
    package var generation: Int64

    /// A result as it is published.
    package init(
        monitor: Int64,
        region: String,
        slot: Int64,
        attempt: Int = 0,
        startedAt: Int64,
        outcome: Outcome,
        reason: Reason? = nil,
        phase: Phase? = nil,
        code: Int? = nil,
        detail: String? = nil,
        timings: Timings = Timings(),
        values: [String: Double]? = nil,
        address: String? = nil,
        certificateExpiresAt: Int64? = nil,
        pinger: String,
        generation: Int64
    ) {
        self.monitor = monitor
        self.region = region
        self.slot = slot
        self.attempt = attempt
        self.startedAt = startedAt
        self.outcome = outcome
        self.reason = reason
        self.phase = phase
        self.code = code
        self.detail = detail
        self.timings = timings
        self.values = values
        self.address = address
        self.certificateExpiresAt = certificateExpiresAt
        self.pinger = pinger
        self.generation = generation
    }
}

/// What one attempt found.
package enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// Correct and fast enough.
    case up
    /// Correct but slower than `degradedAfter`.
    case degraded
    /// Not correct, or no answer.
    case down
    /// We could not judge; says nothing about the target.
    case unknown
}

/// Why an attempt was not simply up: a closed list, so that every page and alert speaks the same words (design §3).
package enum Reason: String, Sendable, Hashable, CaseIterable {
    case dns, refused, reset, unreachable, timeout, tls, certificate, protocolError = "protocol", status, body, redirect
    case tooLarge, denied, missed, blind, overload, internalError = "internal"
}

/// A part of a check that takes time and can fail.
package enum Phase: String, Sendable, Hashable, CaseIterable {
    case dns, connect, tls, firstByte, total
}

/// How long the phases of an attempt took, in microseconds; `nil`: the phase did not happen or did not end.
package struct Timings: Sendable, Hashable {
    /// Looking the name up.
    package var dns: Int64?
    /// The TCP handshake.
    package var connect: Int64?
    /// The TLS handshake.
    package var tls: Int64?
    /// From the connection ready for the request to the answer's first byte.
    package var firstByte: Int64?
    /// The whole attempt; always known once it began.
    package var total: Int64?

    /// Phases that did not happen are left out.
    package init(
        dns: Int64? = nil,
        connect: Int64? = nil,
        tls: Int64? = nil,
        firstByte: Int64? = nil,
        total: Int64? = nil
    ) {
        self.dns = dns
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }
}
