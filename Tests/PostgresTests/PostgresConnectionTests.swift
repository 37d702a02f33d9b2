import Postgres
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct PostgresConnectionTests {
    @Test func `parameters and rows keep their values`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        let rows = try connection.query(
            "SELECT $1::bigint, $2::text, $3::bytea, $4::boolean, $5::float8, $6::text, $7::bigint[], $8::text[]",
            [
                .int(.min), "ä\"\\{},'", .bytes([0, 1, 255]), true, .double(0.1), nil, .ints([1, -2]),
                .texts(["a,\"b\\", nil, ""]),
            ]
        )
        let row = try #require(rows.first)
        #expect(try row.int64(0) == .min)
        #expect(try row.text(1) == "ä\"\\{},'")
        #expect(try row.bytes(2) == [0, 1, 255])
        #expect(try row.bool(3))
        #expect(try row.double(4) == 0.1)
        #expect(try row.textOrNil(5) == nil)
        #expect(try row.text(6) == "{1,-2}")
        #expect(try row.text(7) == #"{"a,\"b\\",NULL,""}"#)
        #expect(throws: PostgresError.self) { try row.int64(1) }
        #expect(throws: PostgresError.self) { try row.int64(5) }
        #expect(throws: PostgresError.self) { try row.int64(99) }
    }

    @Test func `a failed transaction leaves nothing and the connection goes on`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try connection.script("CREATE TABLE t (id bigint PRIMARY KEY)")
        let error = #expect(throws: PostgresError.self) {
            try connection.withTransaction { connection in
                try connection.query("INSERT INTO t VALUES (1)")
                try connection.query("INSERT INTO t VALUES (1)")
            }
        }
        #expect(error?.isUniqueViolation == true)
        #expect(error?.constraint == "t_pkey")
        #expect(try connection.query("SELECT count(*) FROM t")[0].int64(0) == 0)
        try connection.withTransaction { try $0.query("INSERT INTO t VALUES (1)") }
        #expect(try connection.query("SELECT count(*) FROM t")[0].int64(0) == 1)
    }

    @Test func `copy stores all rows or none`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try connection.script("CREATE TABLE t (id bigint PRIMARY KEY, name text)")
        let rows = (0..<50_000).map { "\($0)\tname \($0)\n" }.joined().utf8
        #expect(try connection.copyIn("COPY t FROM STDIN", Array(rows)) == 50_000)
        let again = Array("50001\ta\n7\tb\n".utf8)
        let error = #expect(throws: PostgresError.self) {
            try connection.copyIn("COPY t FROM STDIN", again)
        }
        #expect(error?.isUniqueViolation == true)
        #expect(try connection.query("SELECT count(*) FROM t")[0].int64(0) == 50_000)
    }

    @Test func `copy in pieces stores all rows or none`() throws {
        let connection = try PostgresConnection(PostgresServer.database())
        try connection.script("CREATE TABLE t (id bigint PRIMARY KEY)")
        func copy(_ ids: Range<Int64>) throws -> Int {
            var rest = ids.makeIterator()
            return try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { rows in
                for _ in 0..<1_000 {
                    guard let id = rest.next() else { return false }
                    rows.beginRow(columns: 1)
                    rows.bigint(id)
                }
                return true
            }
        }
        #expect(try copy(0..<0) == 0)
        #expect(try copy(0..<50_000) == 50_000)
        let error = #expect(throws: PostgresError.self) { try copy(49_999..<100_000) }
        #expect(error?.isUniqueViolation == true)
        #expect(try copy(50_000..<50_500) == 500)
        #expect(try connection.query("SELECT count(*) FROM t")[0].int64(0) == 50_500)
    }

    @Test func `a frozen server ends in a timeout and a dead connection`() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let connection = try PostgresConnection(server.database(), timeout: .milliseconds(300))
        server.freeze()
        let error = #expect(throws: PostgresError.self) { try connection.query("SELECT 1") }
        #expect(error?.code == .timeout)
        #expect(!connection.isUsable)
        let refused = #expect(throws: PostgresError.self) {
            _ = try PostgresConnection(server.url(), timeout: .milliseconds(300))
        }
        #expect(refused?.code == .timeout)
        server.kill()
        try server.restart()
        #expect(try PostgresConnection(server.url()).query("SELECT 1").count == 1)
    }
}
