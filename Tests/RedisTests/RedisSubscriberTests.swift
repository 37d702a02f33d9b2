import Redis
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1))) struct RedisSubscriberTests {
    @Test func `messages arrive in order after the subscription`() throws {
        let url = try RedisURL(RedisServer.database())
        let subscriber = try RedisSubscriber(url, channels: ["order:a", "order:b"], timeout: .seconds(5))
        let redis = RedisConnection(url, timeout: .seconds(5))
        for number in 0..<300 { try redis.command("PUBLISH", "order:a", RedisArgument(Int64(number))) }
        try redis.command("PUBLISH", "order:b", "last")
        for number in 0..<300 {
            #expect(try subscriber.next(.seconds(5))?.payload == Array(String(number).utf8))
        }
        let last = try subscriber.next(.seconds(5))
        #expect(last?.channel == "order:b")
        #expect(try subscriber.next(.zero) == nil)
    }

    @Test func `another thread ends the wait`() async throws {
        let subscriber = try RedisSubscriber(RedisURL(RedisServer.database()), channels: ["wake"], timeout: .seconds(5))
        let start = ContinuousClock.now
        async let message = try subscriber.next(.seconds(50))
        subscriber.wake()
        #expect(try await message == nil)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `a silent server is asked, and a frozen one is given up`() throws {
        let server = try RedisServer()
        defer { server.stop() }
        let subscriber = try RedisSubscriber(
            RedisURL(server.url()),
            channels: ["quiet"],
            timeout: .milliseconds(300),
            silence: .milliseconds(50)
        )
        #expect(try subscriber.next(.milliseconds(400)) == nil)
        server.freeze()
        let error = #expect(throws: RedisError.self) { try subscriber.next(.seconds(20)) }
        #expect(error?.code == .timeout)
    }
}
