import Glibc
import Postgres
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct PostgresOutageTests {
    /// A server of the test's own with a table, and a connection to it.
    private func prepare(_ server: PostgresServer) throws -> PostgresConnection {
        let connection = try PostgresConnection(server.url(), timeout: .milliseconds(500))
        try connection.script("CREATE TABLE t (id bigint PRIMARY KEY, name text)", timeout: .seconds(10))
        return connection
    }

    private func count(_ server: PostgresServer) throws -> Int64 {
        try PostgresConnection(server.url()).query("SELECT count(*) FROM t")[0].int64(0)
    }

    @Test func `a server frozen inside COPY ends in a timeout and stores nothing`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let connection = try self.prepare(server)
        let rows = Array((0..<500_000).map { "\($0)\tname \($0)\n" }.joined().utf8)
        let error = #expect(throws: PostgresError.self) {
            try connection.withTransaction { connection in
                try connection.query("INSERT INTO t VALUES (-1, 'first')")
                server.freeze()
                try connection.copyIn("COPY t FROM STDIN", rows)
            }
        }
        #expect(error?.code == .timeout)
        #expect(!connection.isUsable)
        server.thaw()
        #expect(try self.count(server) == 0)
    }

    @Test func `a commit that nobody answers is unknown, and may have happened`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let connection = try self.prepare(server)
        let error = #expect(throws: PostgresError.self) {
            try connection.withTransaction { connection in
                try connection.query("INSERT INTO t VALUES (1, 'a')")
                server.freeze()
            }
        }
        #expect(error?.code == .unknownCommit)
        #expect(error?.isConnectionLost == true)
        server.thaw()
        // The old backend finds COMMIT in its socket and carries it out after we had given up.
        let end = ContinuousClock.now + .seconds(10)
        while try self.count(server) == 0, ContinuousClock.now < end { usleep(10_000) }
        #expect(try self.count(server) == 1)
    }

    @Test func `a crash loses the transaction, and a new connection finds the committed rows`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let connection = try self.prepare(server)
        try connection.query("INSERT INTO t VALUES (1, 'a')")
        try connection.query("CHECKPOINT")
        let error = #expect(throws: PostgresError.self) {
            try connection.withTransaction { connection in
                try connection.query("INSERT INTO t VALUES (2, 'b')")
                server.kill()
                try connection.query("INSERT INTO t VALUES (3, 'c')")
            }
        }
        #expect(error?.isConnectionLost == true)
        #expect(throws: PostgresError.self) { try connection.query("SELECT 1") }
        try server.restart()
        #expect(try self.count(server) == 1)
    }

    @Test func `another's backend is terminated by pid and start, never by pid alone`() throws {
        let url = try PostgresServer.database()
        let first = try PostgresConnection(url)
        let second = try PostgresConnection(url)
        let backend = try first.backend()
        #expect(try !second.terminate(PostgresBackend(id: backend.id, startedAt: backend.startedAt - 1)))
        #expect(try first.query("SELECT 1").count == 1)
        #expect(try second.terminate(backend))
        let error = #expect(throws: PostgresError.self) { try first.query("SELECT 1") }
        #expect(error?.isConnectionLost == true)
    }

    @Test func `a conflict is run again from its start`() throws {
        let url = try PostgresServer.database()
        let first = try PostgresConnection(url)
        let second = try PostgresConnection(url)
        try first.script("CREATE TABLE n (value bigint); INSERT INTO n VALUES (0)")
        var runs = 0
        try first.withTransaction(.repeatableRead, attempts: 3) { connection in
            runs += 1
            try connection.query("SELECT value FROM n")
            if runs == 1 { try second.query("UPDATE n SET value = value + 10") }
            try connection.query("UPDATE n SET value = value + 1")
        }
        #expect(runs == 2)
        #expect(try first.query("SELECT value FROM n")[0].int64(0) == 11)
    }

    @Test func `an error that was dropped does not pass for a commit`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        let error = #expect(throws: PostgresError.self) {
            try connection.withTransaction { connection in _ = try? connection.query("SELECT 1/0") }
        }
        #expect(error?.state == .inFailedTransaction)
    }

    @Test(arguments: ["postgresql://127.0.0.1:1/x", "postgresql:///x?host=/nonexistent", "nonsense=1"])
    func `a server that is not there is a lost connection`(url: String) {
        let error = #expect(throws: PostgresError.self) { _ = try PostgresConnection(url, timeout: .seconds(2)) }
        #expect(error?.isConnectionLost == true)
    }

    @Test func `an error says nothing of the statement until it is asked`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        let error = #expect(throws: PostgresError.self) { try connection.query("SELECT 'secret'::bigint") }
        #expect(error?.description.contains("secret") == false)
        #expect(error?.debugDescription.contains("secret") == true)
    }
}
