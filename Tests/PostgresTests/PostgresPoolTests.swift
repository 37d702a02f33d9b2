import Glibc
import Postgres
import Service
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct PostgresPoolTests {
    @Test func `connections are kept, and no more than the size are lent`() throws {
        let pool = try PostgresPool(PostgresServer.database(), size: 1)
        let first = try pool.withConnection { connection in
            let busy = #expect(throws: PostgresError.self) { try pool.withConnection(.milliseconds(20)) { _ in } }
            #expect(busy?.code == .busy)
            return try connection.backend()
        }
        #expect(try pool.withConnection { try $0.backend() } == first)
    }

    @Test func `a connection that broke while idle is not lent again`() throws {
        let url = try PostgresServer.database()
        let pool = try PostgresPool(url, size: 2)
        let backend = try pool.withConnection { try $0.backend() }
        let other = try PostgresConnection(url)
        try other.terminate(backend)
        // The server has closed it once it is no longer listed.
        while try other.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [.int(backend.id)]).count > 0 {}
        #expect(try pool.withConnection { try $0.backend() } != backend)
    }

    @Test func `a connection left inside a transaction is closed`() throws {
        let pool = try PostgresPool(PostgresServer.database(), size: 1)
        let first = try pool.withConnection { connection in
            try connection.script("BEGIN")
            return try connection.backend()
        }
        #expect(try pool.withConnection { try $0.backend() } != first)
    }

    @Test func `while the server does not answer one waits for it, and the others are told at once`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let pool = try PostgresPool(server.url(), size: 8, timeout: .seconds(3))
        server.freeze()
        #expect(throws: PostgresError.self) { try pool.withConnection { _ in } }
        let times = Mutex<[Duration]>([])
        let threads = (0..<8).map { number in
            DedicatedThread("asks-\(number)") {
                let start = ContinuousClock.now
                let error = #expect(throws: PostgresError.self) { try pool.withConnection { _ in } }
                #expect(error?.isConnectionLost == true)
                times.withLock { $0.append(ContinuousClock.now - start) }
            }
        }
        for thread in threads { thread.join() }
        #expect(times.withLock { $0.count { $0 > .seconds(2) } } == 1, "\(times.withLock { $0 })")
        server.thaw()
        #expect(try pool.withConnection { try $0.query("SELECT 1").count } == 1)
    }

    @Test func `an outage of long ago is told to nobody`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let timeout = Duration.milliseconds(500)
        let pool = try PostgresPool(server.url(), size: 4, timeout: timeout)
        server.freeze()
        #expect(throws: PostgresError.self) { try pool.withConnection { _ in } }
        let end = ContinuousClock.now + timeout * 2
        while ContinuousClock.now < end { usleep(10_000) }
        // All of them look for themselves.
        let times = self.times(of: 4, asking: pool) { #expect($0?.code == .timeout) }
        #expect(times.allSatisfy { $0 > timeout / 2 }, "\(times)")
    }

    @Test func `who was refused at once keeps nobody else from trying`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let pool = try PostgresPool(server.url(), size: 4, timeout: .seconds(1))
        server.kill()
        let refused = #expect(throws: PostgresError.self) { try pool.withConnection { _ in } }
        #expect(refused?.code == .connectionLost)
        try server.restart()
        server.freeze()
        let times = self.times(of: 4, asking: pool) { #expect($0?.code == .timeout) }
        #expect(times.allSatisfy { $0 > .milliseconds(500) }, "\(times)")
    }

    /// How long each of `count` threads that ask at the same time waits for its error, which `look` gets.
    private func times(
        of count: Int,
        asking pool: PostgresPool,
        _ look: @escaping @Sendable (PostgresError?) -> Void
    ) -> [Duration] {
        let times = Mutex<[Duration]>([])
        let threads = (0..<count).map { number in
            DedicatedThread("asks-\(number)") {
                let start = ContinuousClock.now
                look(#expect(throws: PostgresError.self) { try pool.withConnection { _ in } })
                times.withLock { $0.append(ContinuousClock.now - start) }
            }
        }
        for thread in threads { thread.join() }
        return times.withLock { $0 }
    }

    @Test func `binary rows keep their values`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try connection.script(
            "CREATE TABLE r (a bigint, b integer, c smallint, d double precision, e boolean, f text, g bytea)"
        )
        var rows = BinaryRows()
        rows.beginRow(columns: 7)
        rows.bigint(.min)
        rows.integer(-7)
        rows.smallint(9)
        rows.double(0.1)
        rows.boolean(true)
        rows.text("ä\t\\N")
        rows.bytea([0, 255])
        rows.beginRow(columns: 7)
        for _ in 0..<7 { rows.null() }
        #expect(try connection.copyIn("COPY r FROM STDIN (FORMAT binary)", rows.bytes) == 2)
        let row = try connection.query("SELECT * FROM r WHERE a IS NOT NULL")[0]
        #expect(try row.int64(0) == .min)
        #expect(try row.int64(1) == -7)
        #expect(try row.int64(2) == 9)
        #expect(try row.double(3) == 0.1)
        #expect(try row.bool(4))
        #expect(try row.text(5) == "ä\t\\N")
        #expect(try row.bytes(6) == [0, 255])
    }
}
