/// A connection to Redis in which every command ends by a deadline.
///
/// One thread at a time may use it. After an error for which `RedisError.isConnectionLost` is true the connection is
/// gone; whether and when the next command connects again is the owner's choice (`RedisReconnection`).
package final class RedisConnection: @unchecked Sendable {
    // @unchecked: it may be handed from thread to thread; using it from two at once is the owner's mistake.
    private let url: RedisURL
    private let timeout: Duration
    private let reconnection: RedisReconnection
    private var socket: RedisSocket?
    private var failures = 0
    private var nextAttempt = ContinuousClock.now
    /// What the server calls the scripts that this connection has loaded.
    private var digests: [RedisScript: RedisArgument] = [:]

    /// A connection that is made by the first command or by `connect`; `timeout` bounds each command or pipeline.
    package init(_ url: RedisURL, timeout: Duration = .seconds(1), reconnection: RedisReconnection = .standard) {
        self.url = url
        self.timeout = timeout
        self.reconnection = reconnection
    }

    /// Whether there is a connection as far as is known.
    package var isConnected: Bool { self.socket != nil }

    /// Connects now, whatever the back-off says; does nothing when there is a connection.
    package func connect() throws(RedisError) {
        guard self.socket == nil else { return }
        _ = try self.open(Deadline(self.timeout))
    }

    /// Closes the connection; the next command makes a new one.
    package func close() {
        self.socket = nil
    }

    /// Runs one command; throws the error that the server answers with.
    @discardableResult
    package func command(_ arguments: RedisArgument...) throws(RedisError) -> RedisReply {
        try self.command(arguments)
    }

    /// Runs one command; throws the error that the server answers with.
    @discardableResult
    package func command(_ arguments: [RedisArgument]) throws(RedisError) -> RedisReply {
        let reply = try self.pipeline([arguments])[0]
        if case .error(let error) = reply { throw error }
        return reply
    }

    /// Sends commands together and returns their replies in order; a failed one is a reply, not a throw.
    ///
    /// At most 1,000 are under way at a time (both sides buffer); each such group has the connection's deadline.
    package func pipeline(_ commands: [[RedisArgument]]) throws(RedisError) -> [RedisReply] {
        var replies: [RedisReply] = []
        replies.reserveCapacity(commands.count)
        var start = 0
        while start < commands.count {
            let group = commands[start..<min(start + 1000, commands.count)]
            try self.exchange(group, into: &replies)
            start += group.count
        }
        return replies
    }

    /// Runs a script once for each of the calls, pipelined; loads it where the server doesn't have it.
    package func run(_ script: RedisScript, _ calls: [RedisScript.Call]) throws(RedisError) -> [RedisReply] {
        var replies = try self.pipeline(self.commands(script, calls))
        let forgotten = replies.indices.filter { index in
            if case .error(let error) = replies[index] { error.code == .noScript } else { false }
        }
        guard !forgotten.isEmpty else { return replies }
        // The server was restarted or flushed: none of these has run.
        self.digests[script] = nil
        let repeated = try self.pipeline(self.commands(script, forgotten.map { calls[$0] }))
        for (index, reply) in zip(forgotten, repeated) { replies[index] = reply }
        return replies
    }

    private func commands(
        _ script: RedisScript,
        _ calls: [RedisScript.Call]
    ) throws(RedisError) -> [[RedisArgument]] {
        let digest: RedisArgument
        if let known = self.digests[script] {
            digest = known
        } else {
            digest = RedisArgument(try self.command("SCRIPT", "LOAD", RedisArgument(script.source)).bytesOrNil() ?? [])
            self.digests[script] = digest
        }
        return calls.map { ["EVALSHA", digest, RedisArgument(Int64($0.keys.count))] + $0.keys + $0.arguments }
    }

    private func exchange(
        _ commands: ArraySlice<[RedisArgument]>,
        into replies: inout [RedisReply]
    ) throws(RedisError) {
        let deadline = Deadline(self.timeout)
        var output: [UInt8] = []
        for command in commands { RedisArgument.append(command, to: &output) }
        let socket = try self.usableSocket(deadline)
        do throws(RedisError) {
            try socket.send(output, deadline)
            for _ in commands { replies.append(try socket.receive(deadline)) }
        } catch {
            // What is still under way would be taken for the answer to the next command.
            self.socket = nil
            throw error
        }
    }

    private func usableSocket(_ deadline: Deadline) throws(RedisError) -> RedisSocket {
        if let socket = self.socket { return socket }
        guard ContinuousClock.now >= self.nextAttempt else {
            throw RedisError(.connectionLost, "no connection; the next attempt is not due")
        }
        return try self.open(deadline)
    }

    private func open(_ deadline: Deadline) throws(RedisError) -> RedisSocket {
        do throws(RedisError) {
            let socket = try RedisSocket(self.url, deadline)
            self.socket = socket
            self.failures = 0
            return socket
        } catch {
            self.failures += 1
            self.nextAttempt = ContinuousClock.now + self.reconnection.delay(afterFailures: self.failures)
            throw error
        }
    }
}

/// When a connection that could not be made is tried again.
package struct RedisReconnection: Sendable {
    /// How long commands fail at once after the first failed attempt; doubled with each further one.
    package let first: Duration
    /// The longest such time.
    package let limit: Duration

    /// A back-off between these two.
    package init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
    }

    /// 100 ms to 5 s.
    package static let standard = Self(first: .milliseconds(100), limit: .seconds(5))

    func delay(afterFailures count: Int) -> Duration {
        min(self.limit, self.first * (1 << min(count - 1, 16)))
    }
}
