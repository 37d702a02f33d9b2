import HTTPClient
import Networking
import Service

/// What an attempt's outcome means for a delivery.
struct Verdict: Sendable, Hashable {
    enum Course: Sendable, Hashable {
        case delivered
        /// Again later; `after`: the receiver's wish in milliseconds.
        case retry(after: Int64?)
        /// Again a few times: the receiver finds fault with the request itself.
        case refused
        /// Never again.
        case dead
        /// Never again, and nothing else either: the receiver is gone.
        case gone
    }

    var course: Course
    var status: Int?
    /// What went wrong, without secrets; `nil`: nothing.
    var error: String?

    /// Judges an outcome; `now` is Unix ms, for dates in `Retry-After`.
    ///
    /// `wish`, ms, is what the receiver wants in a way of its own; it goes before `Retry-After`.
    init(_ outcome: HTTPOutcome, now: Int64, wish: Int64? = nil) {
        self.status = outcome.status
        if let failure = outcome.failure {
            self.error = failure.words
            if case .socket(.denied) = failure.kind {
                self.course = .dead
            } else if failure.kind == .invalidRequest {
                self.course = .dead
            } else {
                self.course = .retry(after: nil)
            }
            // A whole answer need not have been read: its status is what counts.
            guard let status = outcome.status, (200...299).contains(status), failure.phase == .transfer else { return }
            self.course = .delivered
            self.error = nil
            return
        }
        let status = outcome.status ?? 0
        self.error = "the receiver answered \(status)"
        switch status {
        case 200...299:
            self.course = .delivered
            self.error = nil
        case 300...399:
            self.course = .retry(after: nil)
            self.error = "the receiver answered \(status), and redirects are not followed"
        case 410:
            self.course = .gone
            self.error = "the receiver answered 410: it wants nothing any more"
        case 408, 425, 429, 500...599:
            let header = outcome.header("Retry-After").flatMap { RetryAfter.millis($0, now: now) }
            self.course = .retry(after: wish ?? header)
        default: self.course = .refused
        }
    }

    init(dead error: String) {
        self.course = .dead
        self.error = error
    }
}

extension HTTPFailure {
    /// In words that hold nothing of the URL.
    fileprivate var words: String {
        switch self.kind {
        case .invalidRequest: "the channel's URL is none that can be posted to"
        case .dns(let failure): "the receiver's name was not found (\(failure))"
        case .socket(.denied(let address)): "the address policy does not allow \(address)"
        case .socket(let failure): "no connection (\(failure))"
        case .timeout: "no answer in \(Lease.attempt / 1_000) s"
        case .tls: "the TLS handshake failed"
        case .certificate(let fault): "the receiver's certificate is not valid (\(fault))"
        case .emptyReply: "the receiver closed without an answer"
        default: "the answer is not proper HTTP (\(self.kind))"
        }
    }
}

/// The header of RFC 9110 §10.2.3.
enum RetryAfter {
    /// The wait in milliseconds, from 1 s to 1 h; `nil`: the value makes no sense, or its date is past.
    static func millis(_ value: String, now: Int64) -> Int64? {
        let text = value.split(separator: " ").joined(separator: " ")
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let seconds = Int64(text) else { return 3_600_000 }
            return min(max(min(seconds, 3_600) * 1_000, 1_000), 3_600_000)
        }
        guard let date = HTTPDate.millis(text), date > now else { return nil }
        return min(max(date - now, 1_000), 3_600_000)
    }
}

/// Dates of HTTP in the form that everybody sends: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Unix ms; `nil`: the text is no such date.
    static func millis(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), (1...31).contains(day),
            let month = Self.months.firstIndex(of: String(parts[2])), let year = Int64(parts[3]),
            (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2])
        else { return nil }
        let days = Self.days(year, Int64(month) + 1, day)
        return (days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]) * 1_000
    }

    /// Days since 1970-01-01 of a Gregorian date, counted in eras of 400 years that begin in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
