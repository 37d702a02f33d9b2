import Events
import Testing

@testable import Pinger

@Suite struct CanaryRoundsTests {
    @Test func `a doubt is settled only by a round that began after it`() {
        var rounds = CanaryRounds()
        rounds.wait(1, now: 10)
        #expect(rounds.shouldBegin(now: 10))
        rounds.begin(now: 10)
        rounds.wait(2, now: 50)
        #expect(rounds.end(good: true, now: 60) == [1])
        #expect(!rounds.shouldBegin(now: 60))
        #expect(rounds.nextLook == 1_010)
        #expect(rounds.shouldBegin(now: 1_010))
        rounds.begin(now: 1_010)
        #expect(rounds.end(good: false, now: 1_900) == [2])
        #expect(rounds.last?.verdict == .blind)
        #expect(rounds.nextLook == nil)
    }

    @Test func `at most one round begins a second`() {
        var rounds = CanaryRounds()
        rounds.begin(now: 0)
        _ = rounds.end(good: true, now: 5)
        rounds.wait(1, now: 500)
        #expect(!rounds.shouldBegin(now: 999))
        #expect(!rounds.shouldBegin(now: 999, demanded: true))
        #expect(rounds.shouldBegin(now: 1_000))
    }

    @Test func `a doubt waits at most two seconds`() {
        var rounds = CanaryRounds()
        rounds.wait(1, now: 100)
        rounds.begin(now: 100)
        rounds.wait(2, now: 600)
        #expect(rounds.expired(now: 2_099) == [])
        #expect(rounds.expired(now: 2_100) == [1])
        #expect(rounds.expired(now: 2_600) == [2])
        #expect(rounds.end(good: true, now: 3_000) == [])
    }
}
