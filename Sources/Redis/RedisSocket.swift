import CHiredis
import Glibc

/// An open connection: commands out, replies in, each by a deadline.
///
/// Dropping it closes it.
///
/// hiredis connects and parses. Writing is our own: hiredis 0.14 writes with `write`, and the signal SIGPIPE of a closed
/// peer would end the process; `send` with MSG_NOSIGNAL leaves the signal's disposition alone.
@safe final class RedisSocket {
    private let context: UnsafeMutablePointer<redisContext>

    var descriptor: Int32 { unsafe self.context.pointee.fd }

    /// Connects, signs in and selects the database.
    ///
    /// A name is resolved by the system's resolver with its own limits.
    init(_ url: RedisURL, _ deadline: Deadline) throws(RedisError) {
        let opened =
            switch url.place {
            case .host(let name, let port): unsafe redisConnectNonBlock(name, port)
            case .socket(let path): unsafe redisConnectUnixNonBlock(path)
            }
        guard let context = unsafe opened else { throw RedisError(.connectionLost, "hiredis has no memory") }
        unsafe self.context = context
        try self.check("cannot connect to \(url)")
        try self.finishConnecting(url, deadline)
        if let password = url.password {
            let user = url.user.map { [RedisArgument($0)] } ?? []
            try self.expectSuccess(["AUTH"] + user + [RedisArgument(password)], deadline)
        }
        if url.database != 0 { try self.expectSuccess(["SELECT", RedisArgument(Int64(url.database))], deadline) }
    }

    deinit {
        unsafe redisFree(self.context)
    }

    private func finishConnecting(_ url: RedisURL, _ deadline: Deadline) throws(RedisError) {
        guard deadline.wait(self.descriptor, read: false, write: true) else {
            throw RedisError(.timeout, "no connection to \(url) in time")
        }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(self.descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
            throw RedisError(.connectionLost, "cannot connect to \(url): \(unsafe String(cString: strerror(code)))")
        }
        unsafe self.context.pointee.flags |= REDIS_CONNECTED
    }

    private func expectSuccess(_ arguments: [RedisArgument], _ deadline: Deadline) throws(RedisError) {
        var output: [UInt8] = []
        RedisArgument.append(arguments, to: &output)
        try self.send(output, deadline)
        if case .error(let error) = try self.receive(deadline) { throw error }
    }

    /// Sends all the bytes; replies that arrive meanwhile are kept, so that two full sockets never wait for each other.
    func send(_ bytes: [UInt8], _ deadline: Deadline) throws(RedisError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe Glibc.send(
                    self.descriptor,
                    buffer.baseAddress?.advanced(by: sent),
                    bytes.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count >= 0 {
                sent += count
                continue
            }
            guard errno == EAGAIN || errno == EINTR else {
                throw RedisError(.connectionLost, "cannot send: \(unsafe String(cString: strerror(errno)))")
            }
            guard deadline.wait(self.descriptor, read: true, write: true) else {
                throw RedisError(.timeout, "the server takes nothing")
            }
            try self.fill()
        }
    }

    /// The next reply, waited for up to the deadline.
    func receive(_ deadline: Deadline) throws(RedisError) -> RedisReply {
        while true {
            if let reply = try self.parsed() { return reply }
            guard deadline.wait(self.descriptor, read: true, write: false) else {
                throw RedisError(.timeout, "no answer in time")
            }
            try self.fill()
        }
    }

    /// The next reply that has arrived whole; nil when none has.
    func parsed() throws(RedisError) -> RedisReply? {
        var raw: UnsafeMutableRawPointer?
        guard unsafe redisGetReplyFromReader(self.context, &raw) == REDIS_OK else {
            try self.check("the server's answer")
            throw RedisError(.malformed, "the server's answer is not the protocol")
        }
        guard let raw = unsafe raw else { return nil }
        defer { unsafe freeReplyObject(raw) }
        return unsafe RedisReply(copying: raw.assumingMemoryBound(to: redisReply.self))
    }

    /// Reads what has arrived, without waiting.
    func fill() throws(RedisError) {
        guard unsafe redisBufferRead(self.context) == REDIS_OK else {
            try self.check("cannot read")
            return
        }
    }

    /// Throws what hiredis remembers of a failure.
    private func check(_ what: String) throws(RedisError) {
        let code = unsafe self.context.pointee.err
        guard code != 0 else { return }
        let text = unsafe withUnsafeBytes(of: &self.context.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        throw RedisError(code == REDIS_ERR_PROTOCOL ? .malformed : .connectionLost, "\(what): \(text)")
    }
}
