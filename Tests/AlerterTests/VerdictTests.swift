import Testing

@testable import Alerter
@testable import HTTPClient

/// What an answer means, and when it is tried again; no server.
@Suite struct VerdictTests {
    private func verdict(_ status: Int, _ retryAfter: String? = nil) -> Verdict {
        var outcome = HTTPOutcome()
        outcome.status = status
        if let retryAfter { outcome.headers = [HTTPHeader("retry-after", retryAfter)] }
        return Verdict(outcome, now: 784_111_777_000)
    }

    @Test func `statuses mean what the standard says`() {
        for status in [200, 201, 204, 299] { #expect(self.verdict(status).course == .delivered) }
        for status in [301, 302, 307, 308] { #expect(self.verdict(status).course == .retry(after: nil)) }
        for status in [408, 425, 429, 500, 502, 503, 504, 507] {
            #expect(self.verdict(status).course == .retry(after: nil))
        }
        for status in [400, 401, 403, 404, 422] { #expect(self.verdict(status).course == .refused) }
        #expect(self.verdict(410).course == .gone)
    }

    @Test(
        arguments: [
            ("7", 7_000), ("0", 1_000), ("999999999999999999999", 3_600_000), ("7200", 3_600_000), ("-5", nil),
            ("1.5", nil),
            ("soon", nil), ("", nil), ("Sun, 06 Nov 1994 08:49:47 GMT", 10_000), ("Sun, 06 Nov 1994 08:49:30 GMT", nil),
            ("Mon, 07 Nov 2094 08:49:47 GMT", 3_600_000), ("Sun, 99 Nov 1994 08:49:47 GMT", nil),
        ] as [(String, Int64?)]
    )
    func `Retry-After is taken within limits`(value: String, millis: Int64?) {
        #expect(self.verdict(503, value).course == .retry(after: millis))
    }

    @Test func `pauses grow to an hour and vary by half at most`() {
        let backoff = DeliveryBackoff()
        var generator = SystemRandomNumberGenerator()
        let planned: [Int64] = [5, 15, 60, 300, 900, 1_800, 3_600, 3_600].map { $0 * 1_000 }
        for (attempt, pause) in planned.enumerated() {
            for _ in 0..<20 {
                let actual = backoff.pause(after: attempt + 1, using: &generator)
                #expect((pause / 2...pause).contains(actual))
            }
        }
    }

    @Test func `an attempt begins only if its lease outlasts it`() {
        let lease = Lease(from: 1_000)
        #expect(lease.coversAttempt(at: 1_000))
        #expect(lease.coversAttempt(at: 1_000 + Lease.length - Lease.attempt - 1))
        #expect(!lease.coversAttempt(at: 1_000 + Lease.length - Lease.attempt))
    }
}
