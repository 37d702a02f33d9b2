import CLinux
import Glibc
import Synchronization

/// The senders that wait for the reports of their records.
///
/// Their records carry tokens of the upper half of `UInt64`, which others may not use.
final class Acknowledgements: Sendable {
    /// The first token that is reserved.
    static let firstToken: UInt64 = 1 << 63

    private struct State {
        var next = Acknowledgements.firstToken
        var waits: [UInt64: Wait] = [:]
    }

    private let state = Mutex(State())

    /// Reserves a row of tokens for `count` records.
    func begin(_ count: Int) throws(KafkaError) -> (wait: Wait, tokens: Range<UInt64>) {
        let wait = try Wait(count)
        let tokens = self.state.withLock { state in
            let tokens = state.next..<(state.next + UInt64(count))
            state.next = tokens.upperBound
            for token in tokens { state.waits[token] = wait }
            return tokens
        }
        return (wait, tokens)
    }

    /// Forgets tokens: reports that still come for them are dropped.
    func end(_ tokens: Range<UInt64>) {
        self.state.withLock { state in
            for token in tokens { state.waits[token] = nil }
        }
    }

    /// Hands reports to those who wait; returns the reports of all other records.
    func take(_ reports: [DeliveryReport]) -> [DeliveryReport] {
        guard reports.contains(where: { $0.token >= Self.firstToken }) else { return reports }
        for report in reports where report.token >= Self.firstToken {
            self.state.withLock { $0.waits[report.token] }?.add(report)
        }
        return reports.filter { $0.token < Self.firstToken }
    }

    /// One sender that waits for `count` reports.
    final class Wait: Sendable {
        private let count: Int
        private let isComplete: Int32
        private let collected = Mutex<[DeliveryReport]>([])

        fileprivate init(_ count: Int) throws(KafkaError) {
            self.count = count
            self.isComplete = eventfd(0, Int32(EFD_CLOEXEC))
            guard self.isComplete >= 0 else {
                throw KafkaError(.state, "no descriptor is left to wait with: raise the limit of open files")
            }
        }

        deinit {
            close(self.isComplete)
        }

        fileprivate func add(_ report: DeliveryReport) {
            let isLast = self.collected.withLock { reports in
                reports.append(report)
                return reports.count == self.count
            }
            if isLast { _ = eventfd_write(self.isComplete, 1) }
        }

        /// The reports in the order in which the records were sent; nil when `milliseconds` passed before the last.
        func reports(within milliseconds: Int) -> [DeliveryReport]? {
            let deadline = ContinuousClock.now + .milliseconds(milliseconds)
            repeat {
                let left = max(0, (deadline - ContinuousClock.now) / .milliseconds(1))
                var descriptor = pollfd(fd: self.isComplete, events: Int16(POLLIN), revents: 0)
                if unsafe poll(&descriptor, 1, Int32(min(left + 1, 60_000))) > 0 {
                    return self.collected.withLock { $0.sorted { $0.token < $1.token } }
                }
            } while ContinuousClock.now < deadline
            return nil
        }
    }
}
