import CLinux
package import EventLoop
import Glibc

/// One attempt to connect to the first of several addresses that answers (RFC 8305, section 5).
///
/// The connection is closed as soon as it is made. On the loop's thread only; has no deadline of its own.
package final class TCPAttempt: ReadinessHandler {
    /// How long one address is waited for before the next is tried beside it, in microseconds.
    private static let stagger: Int64 = 250_000

    private let loop: EventLoop
    private let port: UInt16
    private let policy: AddressPolicy
    private var waiting: ArraySlice<IPAddress>
    private var open: [Int32: IPAddress] = [:]
    private var failures: [(SocketFailure, IPAddress)] = []
    private var timer: LoopTimer?
    private var completion: ((Result<IPAddress, SocketFailure>, IPAddress?) -> Void)?

    /// Begins to connect.
    ///
    /// - Parameters:
    ///   - addresses: the addresses, best first; at least one.
    ///   - port: the port of each.
    ///   - policy: judges each before it is connected to.
    ///   - completion: called once on the loop's thread, never before this returns, with the address that answered or
    ///     the failure that says most about the target and its address.
    package init(
        on loop: EventLoop,
        to addresses: [IPAddress],
        port: UInt16,
        policy: AddressPolicy,
        completion: @escaping (Result<IPAddress, SocketFailure>, IPAddress?) -> Void
    ) {
        self.loop = loop
        self.port = port
        self.policy = policy
        self.waiting = addresses[...]
        self.completion = completion
        let timer = LoopTimer(on: loop) { [weak self] in self?.advance() }
        self.timer = timer
        timer.set(after: 0)
    }

    deinit {
        self.close()
    }

    /// Gives up; the completion is never called.
    package func cancel() {
        self.completion = nil
        self.close()
    }

    package func descriptor(_ descriptor: Int32, isReadyFor readiness: Readiness) {
        guard let address = self.open.removeValue(forKey: descriptor) else { return }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        self.loop.unwatch(descriptor)
        Glibc.close(descriptor)
        if code == 0 {
            self.finish(.success(address), address)
        } else {
            self.failures.append((SocketFailure(errno: code), address))
            self.advance()
        }
    }

    /// Tries the next address, or ends when none is left.
    private func advance() {
        while let address = self.waiting.popFirst() {
            if let failure = self.connect(address) {
                self.failures.append((failure, address))
            } else {
                if !self.waiting.isEmpty { self.timer?.set(after: TCPAttempt.stagger) }
                return
            }
        }
        guard self.open.isEmpty else { return }
        let telling = self.failures.first { !$0.0.isLocal } ?? self.failures.first
        self.finish(.failure(telling?.0 ?? .local(EADDRNOTAVAIL)), telling?.1)
    }

    /// `nil`: under way.
    private func connect(_ address: IPAddress) -> SocketFailure? {
        guard self.policy.allows(address) else { return .denied(address) }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { return SocketFailure(errno: errno) }
        let status = unsafe address.withSocketAddress(port: self.port) { unsafe Glibc.connect(descriptor, $0, $1) }
        let code = errno
        guard status == 0 || code == EINPROGRESS else {
            Glibc.close(descriptor)
            return SocketFailure(errno: code)
        }
        do {
            try self.loop.watch(descriptor, for: .writable, handler: self)
        } catch {
            Glibc.close(descriptor)
            return .local(error.code)
        }
        self.open[descriptor] = address
        return nil
    }

    private func finish(_ result: Result<IPAddress, SocketFailure>, _ address: IPAddress?) {
        let completion = self.completion
        self.cancel()
        completion?(result, address)
    }

    private func close() {
        self.timer?.cancel()
        self.waiting = []
        for descriptor in self.open.keys {
            self.loop.unwatch(descriptor)
            Glibc.close(descriptor)
        }
        self.open = [:]
    }
}
