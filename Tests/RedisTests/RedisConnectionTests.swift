import Redis
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct RedisConnectionTests {
    private func connection() throws -> RedisConnection {
        RedisConnection(try RedisURL(RedisServer.database()), timeout: .seconds(5))
    }

    @Test func `arguments and replies keep their bytes`() throws {
        let redis = try self.connection()
        let value: [UInt8] = [0, 13, 10, 255, 36]
        #expect(try redis.command("SET", "key with space", RedisArgument(value)) == .status("OK"))
        #expect(try redis.command("GET", "key with space").bytesOrNil() == value)
        #expect(try redis.command("GET", "none") == .null)
        #expect(try redis.command("INCRBY", "n", 7).int64() == 7)
        #expect(try redis.command("MGET", "none", "n").array() == [.null, .bytes(Array("7".utf8))])
    }

    @Test func `a failed command is typed and the connection goes on`() throws {
        let redis = try self.connection()
        try redis.command("SET", "s", "text")
        let error = #expect(throws: RedisError.self) { try redis.command("LPUSH", "s", "x") }
        #expect(error?.code == .server)
        #expect(try redis.command("PING") == .status("PONG"))
    }

    @Test func `a pipeline longer than the bound answers in order`() throws {
        let redis = try self.connection()
        let commands: [[RedisArgument]] = (0..<2500).map { number in
            ["SET", RedisArgument(Int64(number)), RedisArgument(Int64(number))]
        }
        let last: [RedisArgument] = ["LPUSH", "0", "x"]
        let replies = try redis.pipeline(commands + [last, ["GET", "2499"]])
        #expect(replies.count == 2502)
        #expect(replies[0] == .status("OK"))
        if case .error = replies[2500] {} else { Issue.record("a wrong type must be an error reply") }
        #expect(replies[2501] == .bytes(Array("2499".utf8)))
    }

    @Test func `a script runs again after the server has forgotten it`() throws {
        let redis = try self.connection()
        let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        let calls = [RedisScript.Call(keys: ["n"], arguments: [2]), RedisScript.Call(keys: ["n"], arguments: [3])]
        #expect(try redis.run(script, calls) == [.integer(2), .integer(5)])
        try redis.command("SCRIPT", "FLUSH")
        #expect(try redis.run(script, calls) == [.integer(7), .integer(10)])
    }

    @Test func `a frozen server ends in a timeout, and the next attempt waits for its time`() throws {
        let server = try RedisServer()
        defer { server.stop() }
        let redis = RedisConnection(
            try RedisURL(server.url()),
            timeout: .milliseconds(200),
            reconnection: RedisReconnection(first: .seconds(60), limit: .seconds(60))
        )
        try redis.command("SET", "a", "1")
        server.freeze()
        #expect(throws: RedisError.self) { try redis.command("GET", "a") }
        #expect(!redis.isConnected)
        // The socket accepts into its backlog, so the connection is made and the command is what times out.
        let late = #expect(throws: RedisError.self) { try redis.command("GET", "a") }
        #expect(late?.code == .timeout)
        server.kill()
        let refused = #expect(throws: RedisError.self) { try redis.command("GET", "a") }
        #expect(refused?.code == .connectionLost)
        try server.restart()
        let early = #expect(throws: RedisError.self) { try redis.command("GET", "a") }
        #expect(early?.message.contains("not due") == true)
        try redis.connect()
        #expect(try redis.command("GET", "a") == .null)
    }

    @Test func `a killed and restarted server is found again by the next command`() throws {
        let server = try RedisServer()
        defer { server.stop() }
        let redis = RedisConnection(
            try RedisURL(server.url()),
            reconnection: RedisReconnection(first: .zero, limit: .zero)
        )
        let script = RedisScript("return 7")
        #expect(try redis.run(script, [RedisScript.Call(keys: [])]) == [.integer(7)])
        server.kill()
        #expect(throws: RedisError.self) { try redis.command("PING") }
        try server.restart()
        #expect(try redis.run(script, [RedisScript.Call(keys: [])]) == [.integer(7)])
    }

    @Test func `a full server refuses writes with its own code`() throws {
        let server = try RedisServer(memory: 3 << 20)
        defer { server.stop() }
        let redis = RedisConnection(try RedisURL(server.url()), timeout: .seconds(5))
        let block = RedisArgument([UInt8](repeating: 1, count: 100_000))
        let replies = try redis.pipeline((0..<60).map { ["SET", RedisArgument(Int64($0)), block] })
        guard case .error(let error) = replies[59] else {
            Issue.record("a full server must refuse")
            return
        }
        #expect(error.code == .outOfMemory)
        #expect(error.isTransient)
        try redis.command("CONFIG", "SET", "maxmemory", "0")
        try redis.command("REPLICAOF", "127.0.0.1", "1")
        let readOnly = #expect(throws: RedisError.self) { try redis.command("SET", "a", "1") }
        #expect(readOnly?.code == .readOnly)
    }
}
