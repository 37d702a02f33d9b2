import Redis
import Testing

@Suite struct RedisURLTests {
    @Test(arguments: [
        ("redis://localhost", "redis://localhost:6379/0"),
        ("redis://user:p%40ss@10.0.0.1:7000/3", "redis://10.0.0.1:7000/3"),
        ("redis://[::1]:6380", "redis://::1:6380/0"),
        ("unix:///tmp/a%20b.sock?db=5", "unix:///tmp/a b.sock?db=5"),
    ])
    func `a URL is read and shown without its secrets`(text: String, shown: String) throws {
        #expect(try RedisURL(text).description == shown)
    }

    @Test(arguments: [
        "", "localhost:6379", "rediss://host", "redis://", "redis://host:0", "redis://host:99999", "redis://host/x",
        "unix://relative", "unix:///a?x=1", "redis://host/-1", "redis://a%zz", "redis://a%4",
    ])
    func `a wrong URL is refused`(text: String) {
        let error = #expect(throws: RedisError.self) { try RedisURL(text) }
        #expect(error?.code == .configuration)
    }
}
