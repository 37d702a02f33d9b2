import Glibc
import Service
import TestServers
import Testing

/// Asks again and again until `condition` holds, at most `seconds`; returns how many seconds it took, nil when it never did.
func waited(_ seconds: Double, _ condition: () throws -> Bool) rethrows -> Double? {
    let began = MonotonicClock.millis
    repeat {
        if try condition() { return Double(MonotonicClock.millis - began) / 1_000 }
        usleep(20_000)
    } while Double(MonotonicClock.millis - began) < seconds * 1_000
    return nil
}

/// Records an issue unless `condition` comes to hold within `seconds`; returns how many it took.
@discardableResult
func expectSoon(
    _ what: String,
    within seconds: Double,
    location: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows -> Double {
    guard let time = try waited(seconds, condition) else {
        Issue.record("\(what): not within \(seconds) s", sourceLocation: location)
        return seconds
    }
    return time
}

/// Checks during `seconds` that `condition` goes on holding.
func expectAlways(
    _ what: String,
    for seconds: Double,
    location: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows {
    if let broken = try waited(seconds, { try !condition() }) {
        Issue.record("\(what): no more after \(broken) s", sourceLocation: location)
    }
}

/// The wall clock in Unix milliseconds.
func unixMillis() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}

/// How long and how large the runs are: `APUS_TEST_FULL` asks for those of the product's acceptance.
enum Lengths {
    static let isFull = unsafe getenv("APUS_TEST_FULL") != nil
    /// Seconds that a store or a broker is away.
    static let outage: Double = Self.isFull ? 60 : 10
    /// Monitors that flap while processes are killed.
    static let monitors = Self.isFull ? 50 : 12
    /// How often each kind of process is killed.
    static let kills = Self.isFull ? 5 : 1
}

extension SplitMix {
    /// Where a run of random faults starts from: `APUS_TEST_SEED`, or a new one; printed either way.
    init(_ purpose: String) {
        let given = unsafe getenv("APUS_TEST_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
        let seed = given ?? UInt64.random(in: 1...999_999)
        print("\(purpose): APUS_TEST_SEED=\(seed)")
        self.init(seed: seed)
    }
}
