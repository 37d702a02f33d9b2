import CLinux
import Glibc
import Synchronization

/// A bounded set of connections for threads that block: never to be used from an event loop.
///
/// Any thread may call it. Connections are made when they are needed and kept while they are healthy.
package final class PostgresPool: Sendable {
    private let url: String
    private let size: Int
    private let timeout: Duration
    private let idle = Mutex<[PostgresConnection]>([])
    private let outage = Mutex<Outage?>(nil)
    /// An eventfd that counts the places: a place is taken by reading it.
    private let places: Int32

    /// The server did not answer.
    private struct Outage {
        let error: PostgresError
        let noticed: ContinuousClock.Instant
        /// Whether somebody tries to reach it again.
        var isTried = false
    }

    /// A pool of at most `size` connections; `timeout` bounds connecting and is each connection's own limit.
    package init(_ url: String, size: Int, timeout: Duration = .seconds(10)) throws(PostgresError) {
        self.url = url
        self.size = size
        self.timeout = timeout
        let flags = Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK) | Int32(EFD_SEMAPHORE)
        self.places = eventfd(UInt32(size), flags)
        guard self.places >= 0 else { throw PostgresError(.busy, "no descriptor is left for a pool") }
    }

    deinit {
        Glibc.close(self.places)
    }

    /// Lends a connection to `body`, after waiting at most `limit` for one that is free.
    ///
    /// Throws `PostgresError.Code.busy` when none is, what connecting throws, and what `body` throws. A connection that
    /// comes back broken or inside a transaction is closed. While the server does not answer one thread at a time waits for
    /// it; to the others its error of a moment ago is thrown at once.
    package func withConnection<R>(
        _ limit: Duration = .seconds(2),
        _ body: (PostgresConnection) throws -> R
    ) throws -> R {
        try self.takePlace(Deadline(limit))
        defer { _ = eventfd_write(self.places, 1) }
        let connection = try self.takeIdle() ?? self.connect()
        // Given back before the place is, so that whoever gets the place finds it.
        defer { self.giveBack(connection) }
        return try body(connection)
    }

    private func takePlace(_ deadline: Deadline) throws(PostgresError) {
        var count: eventfd_t = 0
        while unsafe eventfd_read(self.places, &count) != 0 {
            guard deadline.wait(self.places, read: true, write: false) else {
                throw PostgresError(.busy, "all \(self.size) connections are in use")
            }
        }
    }

    /// An idle connection that the server has not closed meanwhile.
    private func takeIdle() -> PostgresConnection? {
        while let connection = self.idle.withLock({ $0.popLast() }) {
            if connection.isStillOpen { return connection }
        }
        return nil
    }

    private func connect() throws(PostgresError) -> PostgresConnection {
        let begin = ContinuousClock.now
        let error = self.outage.withLock { outage -> PostgresError? in
            // The one who tries began while the error was recent, and is done within the timeout.
            if let outage, outage.isTried { return outage.error }
            if let known = outage, begin - known.noticed > self.timeout { outage = nil }
            outage?.isTried = true
            return nil
        }
        if let error { throw error }
        do throws(PostgresError) {
            let connection = try PostgresConnection(self.url, timeout: self.timeout)
            self.outage.withLock { $0 = nil }
            return connection
        } catch {
            let end = ContinuousClock.now
            // Who is refused at once, by a server that is full or a machine without one, has kept no thread waiting.
            let isLong = end - begin > self.timeout / 10
            self.outage.withLock { $0 = isLong ? Outage(error: error, noticed: end) : nil }
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection) {
        guard connection.isUsable, !connection.isInTransaction else { return }
        self.idle.withLock { $0.append(connection) }
    }
}

extension PostgresConnection {
    /// Whether the server has kept an idle connection open, as far as has arrived here; never waits.
    var isStillOpen: Bool {
        guard self.isUsable else { return false }
        // A server says nothing to an idle connection but that it ends it.
        var entry = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0
    }
}
