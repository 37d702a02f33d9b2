import EventLoop

/// One question for the addresses of a name; on the loop's thread only.
package final class Lookup {
    /// How long the second family may take once the first has answered, in microseconds (RFC 8305, section 3).
    private static let patience: Int64 = 50_000

    private var completion: ((Result<[IPAddress], DNSFailure>) -> Void)?
    private var timer: LoopTimer?
    private var found: [IPAddress] = []
    private var failures: [DNSFailure] = []
    var pending = 0

    init(_ completion: @escaping (Result<[IPAddress], DNSFailure>) -> Void) {
        self.completion = completion
    }

    /// Forgets the question; its completion is never called.
    package func cancel() {
        self.completion = nil
        self.timer?.cancel()
        self.timer = nil
    }

    /// Whether somebody still waits.
    var isOpen: Bool { self.completion != nil }

    func expire(on loop: EventLoop, after timeout: Int64) {
        guard self.completion != nil else { return }
        let timer = LoopTimer(on: loop) { [weak self] in self?.expired() }
        timer.set(after: timeout)
        self.timer = timer
    }

    /// The answer for one family.
    func answered(_ result: Result<[IPAddress], DNSFailure>) {
        self.pending -= 1
        switch result {
        case .success(let addresses): self.found += addresses
        case .failure(let failure): self.failures.append(failure)
        }
        if self.pending == 0 {
            self.conclude()
        } else if !self.found.isEmpty, let timer = self.timer {
            // A server that ignores one family must not make the other fail.
            timer.set(after: Lookup.patience)
        }
    }

    func finish(_ result: Result<[IPAddress], DNSFailure>) {
        let completion = self.completion
        self.cancel()
        completion?(result)
    }

    private func expired() {
        if self.found.isEmpty { self.failures = [.timeout] }
        self.conclude()
    }

    private func conclude() {
        guard self.found.isEmpty else {
            self.finish(.success(Route.usable(self.found)))
            return
        }
        // The more certain word wins: a name that exists without addresses, over one that a server failed on.
        let worst = self.failures.first { $0 == .notFound } ?? self.failures.first { $0 != .noData } ?? .noData
        self.finish(.failure(worst))
    }
}
