import HTTPServer
import Service
import Testing

@testable import Gateway

/// Who asks too often is told when to come back, and nobody else notices.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RateLimitsTests {
    private static let second: Int64 = 1_000_000_000

    private func client(_ text: String) throws -> PeerAddress { try #require(PeerAddress(text)) }

    @Test func `a minute's worth may come at once, then as fast as it flows in`() throws {
        let limits = RateLimits(RateLimits.Rates(person: 0, key: 60, address: 0))
        let caller = Caller(.key, id: 7, name: "k", role: .viewer)
        let client = try self.client("192.0.2.1")
        let start: Int64 = 1_000 * Self.second
        for _ in 0..<60 { #expect(limits.take(caller, from: client, now: start) == nil) }
        let refusal = try #require(limits.take(caller, from: client, now: start))
        #expect(refusal.status == 429)
        #expect(refusal.header("Retry-After") == "1")
        #expect(refusal.header("RateLimit-Policy") == "\"key\";q=60;w=60")
        #expect(refusal.header("RateLimit") == "\"key\";r=0;t=60")
        // Asking in vain costs nothing.
        #expect(limits.take(caller, from: client, now: start + Self.second) == nil)
        #expect(limits.take(caller, from: client, now: start + Self.second) != nil)
        for _ in 0..<60 { #expect(limits.take(caller, from: client, now: start + 61 * Self.second) == nil) }
    }

    @Test func `people, keys and addresses have buckets of their own, and the first admin's key none`() throws {
        let limits = RateLimits(RateLimits.Rates(person: 2, key: 2, address: 2))
        let one = try self.client("192.0.2.1")
        let callers = [
            Caller(.person, id: 1, name: "p", role: .viewer), Caller(.person, id: 2, name: "q", role: .viewer),
            Caller(.key, id: 1, name: "k", role: .viewer), Caller.anonymous,
        ]
        for caller in callers {
            for _ in 0..<2 { #expect(limits.take(caller, from: one) == nil) }
            #expect(limits.take(caller, from: one)?.status == 429)
        }
        #expect(limits.take(.anonymous, from: try self.client("192.0.2.2")) == nil)
        for _ in 0..<100 { #expect(limits.take(.adminKey, from: one) == nil) }
    }

    @Test func `nothing is limited where the rate is 0`() throws {
        let limits = RateLimits(RateLimits.Rates(person: 0, key: 0, address: 0))
        for _ in 0..<100 { #expect(limits.take(.anonymous, from: .local) == nil) }
        #expect(limits.fields(.anonymous, from: .local).isEmpty && limits.count == 0)
    }

    @Test func `a flood of addresses fills a bounded memory and does not free who is limited`() throws {
        let limits = RateLimits(RateLimits.Rates(person: 0, key: 0, address: 10), capacity: 1_024)
        let busy = try self.client("192.0.2.1")
        for _ in 0..<10 { #expect(limits.take(.anonymous, from: busy) == nil) }
        for number in 0..<20_000 {
            let address = try self.client("2001:db8:\(String(number, radix: 16))::1")
            #expect(limits.take(.anonymous, from: address) == nil)
        }
        #expect(limits.count <= 1_024)
        #expect(limits.take(.anonymous, from: busy)?.status == 429)
    }

    @Test func `who guesses keys meets the limit of the address, not of those whose keys fit`() throws {
        let door = try Door(["REQUESTS_PER_ADDRESS": "5", "REQUESTS_PER_KEY": "5"])
        let key = try door.makeKey(.viewer)
        for _ in 0..<5 { #expect(door.send(.get, "/api/v1/monitors", key: "apus_guess").status == 401) }
        #expect(door.send(.get, "/api/v1/monitors", key: "apus_guess").status == 429)
        let good = door.send(.get, "/api/v1/monitors", key: key)
        #expect(good.status == 200 && good.header("RateLimit")?.hasPrefix("\"key\";r=4") == true)
        for _ in 0..<4 { #expect(door.send(.get, "/api/v1/monitors", key: key).status == 200) }
        let refused = door.send(.get, "/api/v1/monitors", key: key)
        #expect(refused.status == 429)
        #expect((1...12).contains(try #require(Int(refused.header("Retry-After") ?? ""))))
        #expect(refused.header("RateLimit")?.hasPrefix("\"key\";r=0") == true)
        #expect(door.send(.get, "/api/v1/monitors", key: door.admin).status == 200)
    }

    @Test func `another address in X-Forwarded-For is a new client only behind a trusted proxy`() throws {
        func statuses(_ door: Door) -> [Int] {
            (1...4).map { number in
                let forged = (name: "x-forwarded-for", value: "198.51.100.\(number)")
                return door.send(.get, "/api/v1/monitors", [forged], from: "192.0.2.1").status
            }
        }
        #expect(statuses(try Door(["REQUESTS_PER_ADDRESS": "2"])) == [401, 401, 429, 429])
        let trusting = try Door(["REQUESTS_PER_ADDRESS": "2", "TRUSTED_PROXIES": "192.0.2.0/24"])
        #expect(statuses(trusting) == [401, 401, 401, 401])
    }
}
