import CPostgres
import Glibc

/// A connection to PostgreSQL in which every operation ends by its own deadline, even when the server is frozen.
///
/// One thread at a time may use it. After an error for which `PostgresError.isConnectionLost` is true it is dead:
/// `isUsable` is false, every later call throws, and the owner makes a new one. Dropping it closes it.
@safe package final class PostgresConnection: @unchecked Sendable {
    // @unchecked: it may be handed from thread to thread; using it from two at once is the owner's mistake.
    var handle: OpaquePointer?
    private let notices: NoticeHandler?

    /// How long an operation may take that names no limit of its own.
    package var timeout: Duration

    /// Connects within `timeout`, which also becomes the limit of each operation.
    ///
    /// `url` is `postgresql://user:password@host:port/database?…` or libpq's `key=value` form; what it leaves out comes
    /// from libpq's environment. A host given as a name is resolved by the system's resolver, whose own limits
    /// apply beside the deadline. `onNotice` gets the server's notices on the calling thread.
    package init(
        _ url: String,
        timeout: Duration = .seconds(10),
        applicationName: String = "apus",
        onNotice: (@Sendable (String) -> Void)? = nil
    ) throws(PostgresError) {
        self.timeout = timeout
        self.notices = onNotice.map(NoticeHandler.init)
        unsafe self.handle = Self.start(url, applicationName)
        guard let handle = unsafe self.handle else { throw PostgresError(.connectionLost, "libpq has no memory") }
        let context = unsafe self.notices.map { unsafe Unmanaged.passUnretained($0).toOpaque() }
        unsafe PQsetNoticeProcessor(handle, receiveNotice, context)
        try self.finishConnecting(Deadline(timeout))
        guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw self.lost("cannot set non-blocking mode") }
    }

    deinit {
        self.close()
    }

    /// Closes the connection; a second call does nothing.
    ///
    /// Never blocks.
    package func close() {
        guard let handle = unsafe self.handle else { return }
        unsafe PQfinish(handle)
        unsafe self.handle = nil
    }

    /// Whether the connection is open as far as is known.
    package var isUsable: Bool {
        guard let handle = unsafe self.handle else { return false }
        return unsafe PQstatus(handle) == CONNECTION_OK
    }

    /// Whether a transaction is open, failed or not.
    package var isInTransaction: Bool {
        guard let handle = unsafe self.handle else { return false }
        let status = unsafe PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// The descriptor of the connection's socket, for `poll` only; −1 when it is closed.
    package var descriptor: Int32 {
        guard let handle = unsafe self.handle else { return -1 }
        return unsafe PQsocket(handle)
    }

    private static func start(_ url: String, _ applicationName: String) -> OpaquePointer? {
        let settings: KeyValuePairs = [
            "dbname": url, "fallback_application_name": applicationName, "client_encoding": "UTF8",
            "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        ]
        var keys: [UnsafePointer<CChar>?] = unsafe settings.map { unsafe UnsafePointer(strdup($0.key)) } + [nil]
        var values: [UnsafePointer<CChar>?] = unsafe settings.map { unsafe UnsafePointer(strdup($0.value)) } + [nil]
        defer {
            unsafe (keys + values).forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) }
        }
        return unsafe PQconnectStartParams(&keys, &values, 1)
    }

    private func finishConnecting(_ deadline: Deadline) throws(PostgresError) {
        guard let handle = unsafe self.handle, unsafe PQstatus(handle) != CONNECTION_BAD else {
            throw self.lost("cannot connect")
        }
        // libpq says to begin as if it had answered "writing".
        var step = PGRES_POLLING_WRITING
        while step != PGRES_POLLING_OK {
            guard step != PGRES_POLLING_FAILED else { throw self.lost("cannot connect") }
            let descriptor = unsafe PQsocket(handle)
            guard deadline.wait(descriptor, read: step == PGRES_POLLING_READING, write: step == PGRES_POLLING_WRITING)
            else { throw self.timedOut("cannot connect") }
            step = unsafe PQconnectPoll(handle)
        }
    }

    /// The error of a connection that broke; closes it.
    func lost(_ what: String, statement: String? = nil) -> PostgresError {
        var text = ""
        if let handle = unsafe self.handle, let message = unsafe PQerrorMessage(handle) {
            text = unsafe String(cString: message).split(separator: "\n").joined(separator: " ")
        }
        self.abandon()
        return PostgresError(.connectionLost, text.isEmpty ? what : "\(what): \(text)", statement: statement)
    }

    /// The error of an operation whose deadline passed; closes the connection.
    func timedOut(_ what: String, statement: String? = nil) -> PostgresError {
        self.abandon()
        return PostgresError(.timeout, "\(what): no answer in time", statement: statement)
    }

    /// Closes without a farewell, which a full socket would hold up.
    private func abandon() {
        if let handle = unsafe self.handle { _ = unsafe shutdown(PQsocket(handle), Int32(SHUT_RDWR)) }
        self.close()
    }
}

/// Keeps the handler that libpq calls with the server's notices.
private final class NoticeHandler: Sendable {
    let handle: @Sendable (String) -> Void

    init(_ handle: @escaping @Sendable (String) -> Void) {
        self.handle = handle
    }
}

/// Called by libpq on the thread that uses the connection; its owner keeps the context alive.
private func receiveNotice(_ context: UnsafeMutableRawPointer?, _ message: UnsafePointer<CChar>?) {
    guard let context = unsafe context, let message = unsafe message else { return }
    let text = unsafe String(cString: message)
    unsafe Unmanaged<NoticeHandler>.fromOpaque(context).takeUnretainedValue().handle(text)
}
