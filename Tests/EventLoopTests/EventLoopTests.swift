import CLinux
import EventLoop
import Glibc
import Synchronization
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EventLoopTests {
    @Test func `timers fire in the order of their deadlines`() async throws {
        let loop = try EventLoop(name: "test")
        try loop.start()
        defer { loop.stop() }
        let order = await withCheckedContinuation { continuation in
            loop.submit {
                let row = Row(loop, continuation)
                for delay in [9, 3, 7, 1, 5, 3] { row.add(Int64(delay)) }
            }
        }
        #expect(order == [1, 3, 3, 5, 7, 9])
    }

    @Test func `a heap of random timers gives them back in order, without the cancelled ones`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        let loop = try EventLoop(name: "heap")
        var fired: [Int64] = []
        var expected: [Int64] = []
        var timers: [LoopTimer] = []
        for _ in 0..<20_000 {
            let deadline = Int64(random.next() % 1_000_000)
            let timer = LoopTimer(on: loop) { fired.append(deadline) }
            timer.set(at: deadline)
            timers.append(timer)
            if random.next() % 3 == 0 { timer.cancel() } else { expected.append(deadline) }
        }
        // Everything is past already: it all fires in the first turn, which comes before the end.
        try loop.start()
        loop.stop()
        #expect(fired.count == expected.count, "seed \(seed)")
        #expect(timers.allSatisfy { !$0.isSet })
    }

    @Test func `a timer that sets itself again for the past starves nobody`() async throws {
        let loop = try EventLoop(name: "greedy")
        try loop.start()
        defer { loop.stop() }
        let turns = await withCheckedContinuation { continuation in
            loop.submit {
                let greedy = Greedy(loop)
                greedy.timer?.set(at: 0)
                loop.submit { loop.submit { greedy.end(continuation) } }
            }
        }
        #expect(turns < 1_000)
    }

    @Test func `a descriptor is told when it is readable`() async throws {
        let loop = try EventLoop(name: "pipe")
        try loop.start()
        defer { loop.stop() }
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        defer {
            close(reading)
            close(writing)
        }
        let got: UInt8 = await withCheckedContinuation { continuation in
            loop.submit {
                let reader = Reader(loop, continuation)
                try? loop.watch(reading, for: .readable, handler: reader)
                var byte: UInt8 = 42
                _ = unsafe write(writing, &byte, 1)
            }
        }
        #expect(got == 42)
    }

    @Test func `a callback that blocks is remembered as a stall and as lateness`() async throws {
        let loop = try EventLoop(name: "stall")
        try loop.start()
        defer { loop.stop() }
        let before = MonotonicTime.now
        let stall: Int64 = await withCheckedContinuation { continuation in
            loop.submit {
                usleep(60_000)
                loop.submit { continuation.resume(returning: loop.longestStall(since: before)) }
            }
        }
        #expect(stall >= 60_000)
        let later: Int64 = await withCheckedContinuation { continuation in
            loop.submit { continuation.resume(returning: loop.longestStall(since: MonotonicTime.now + 1)) }
        }
        #expect(later == 0)
    }

    @Test func `jobs submitted by many threads all run before the loop has stopped`() throws {
        let loop = try EventLoop(name: "jobs")
        try loop.start()
        let count = Mutex(0)
        for _ in 0..<10_000 { loop.submit { count.withLock { $0 += 1 } } }
        loop.stop()
        #expect(count.withLock { $0 } == 10_000)
    }
}

/// Timers that note their delay; resumes when all have fired.
private final class Row {
    private let loop: EventLoop
    private let continuation: CheckedContinuation<[Int], Never>
    private var timers: [LoopTimer] = []
    private var fired: [Int] = []

    init(_ loop: EventLoop, _ continuation: CheckedContinuation<[Int], Never>) {
        self.loop = loop
        self.continuation = continuation
    }

    func add(_ milliseconds: Int64) {
        let timer = LoopTimer(on: self.loop) { self.note(Int(milliseconds)) }
        timer.set(after: milliseconds * 1_000)
        self.timers.append(timer)
    }

    private func note(_ delay: Int) {
        self.fired.append(delay)
        guard self.fired.count == self.timers.count else { return }
        self.timers = []
        self.continuation.resume(returning: self.fired)
    }
}

/// On the loop's thread only.
private final class Greedy: @unchecked Sendable {
    var timer: LoopTimer?
    private var turns = 0

    init(_ loop: EventLoop) {
        self.timer = LoopTimer(on: loop) {
            self.turns += 1
            self.timer?.set(at: 0)
        }
    }

    func end(_ continuation: CheckedContinuation<Int, Never>) {
        self.timer?.cancel()
        self.timer = nil
        continuation.resume(returning: self.turns)
    }
}

private final class Reader: ReadinessHandler {
    private let loop: EventLoop
    private let continuation: CheckedContinuation<UInt8, Never>

    init(_ loop: EventLoop, _ continuation: CheckedContinuation<UInt8, Never>) {
        self.loop = loop
        self.continuation = continuation
    }

    func descriptor(_ descriptor: Int32, isReadyFor readiness: Readiness) {
        var byte: UInt8 = 0
        _ = unsafe read(descriptor, &byte, 1)
        self.loop.unwatch(descriptor)
        self.continuation.resume(returning: byte)
    }
}
