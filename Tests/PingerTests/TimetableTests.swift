import Events
import Testing

@testable import Pinger

@Suite struct TimetableTests {
    private let phase = Slot.phase(of: 42, interval: 10_000)

    private func monitor(
        interval: Int64 = 10_000,
        timeout: Int64? = nil,
        retryInterval: Int64? = 2_000,
        threshold: Int = 3,
        updatedAt: Int64 = 0,
        requested: Int64? = nil
    ) -> Monitor {
        Monitor(
            id: 42,
            name: "m",
            target: "http://x",
            check: .http(HTTPCheckSettings()),
            interval: interval,
            timeout: timeout,
            failureThreshold: threshold,
            retryInterval: retryInterval,
            createdAt: 0,
            updatedAt: updatedAt,
            checkRequestedAt: requested
        )
    }

    /// The grid's slot number `k` after a time far from every extra slot.
    private func slot(_ k: Int64) -> Int64 { 1_000_000_000 + self.phase + k * 10_000 }

    @Test func `two pingers plan the same slots whenever they start`() {
        var early = Timetable(self.monitor())
        var late = Timetable(self.monitor())
        #expect(early.next(now: self.slot(0) - 9_999).slot == self.slot(0))
        #expect(late.next(now: self.slot(0) - 1).slot == self.slot(0))
        #expect(late.next(now: self.slot(0) + 1).slot == self.slot(1))
    }

    @Test func `a slot is never started twice nor backwards`() {
        var table = Timetable(self.monitor())
        let first = table.next(now: self.slot(5))
        table.started(first)
        table.finished(first, outcome: .up, now: self.slot(5) + 10)
        #expect(table.next(now: self.slot(5)).slot == self.slot(6))
        #expect(table.next(now: self.slot(2)).slot == self.slot(6))
    }

    @Test func `a clock that is set back by an hour leaves no monitor unwatched`() {
        let hour: Int64 = 3_600_000
        var table = Timetable(self.monitor())
        let wrong = table.next(now: self.slot(5) + hour)
        #expect(table.due(wrong, now: self.slot(5)) == .replan)
        table.started(wrong)
        table.finished(wrong, outcome: .down, now: wrong.at + 10)
        #expect(table.next(now: self.slot(5) - 1).slot == self.slot(5))
        // Slots that readers may have believed are not started again.
        let next = table.next(now: self.slot(11))
        table.started(next)
        table.finished(next, outcome: .up, now: self.slot(11) + 10)
        #expect(table.next(now: self.slot(6)).slot == self.slot(12))
        #expect(table.due(table.next(now: self.slot(6)), now: self.slot(6)) == .replan)
    }

    @Test func `slots that fall due while a check runs are covered and counted`() {
        var table = Timetable(self.monitor(timeout: 60_000))
        let first = table.next(now: self.slot(0))
        table.started(first)
        table.finished(first, outcome: .up, now: self.slot(2) + 5_000)
        #expect(table.next(now: self.slot(2) + 5_000).slot == self.slot(3))
        #expect(table.skipped == 2)
        #expect(table.next(now: self.slot(2) + 5_001).slot == self.slot(3))
        #expect(table.skipped == 2)
    }

    @Test func `a slot later than a tenth of the timeout is given up`() {
        var table = Timetable(self.monitor(timeout: 8_000))
        let planned = table.next(now: self.slot(0))
        #expect(table.due(planned, now: self.slot(0) - 3) == .early(by: 3))
        #expect(table.due(planned, now: self.slot(0) + 800) == .start)
        #expect(table.due(planned, now: self.slot(0) + 801) == .skip)
        table.gaveUp(planned)
        #expect(table.next(now: self.slot(0) + 801).slot == self.slot(1))
        #expect(table.skipped == 1)
    }

    @Test func `a failure is repeated until the threshold and never past the next slot`() {
        var table = Timetable(self.monitor(retryInterval: 4_000, threshold: 9))
        var planned = table.next(now: self.slot(0))
        table.started(planned)
        table.finished(planned, outcome: .down, now: self.slot(0) + 100)
        planned = table.next(now: self.slot(0) + 100)
        #expect(planned == .init(slot: self.slot(0), attempt: 1, at: self.slot(0) + 4_000, tolerance: 800))
        table.started(planned)
        table.finished(planned, outcome: .down, now: self.slot(0) + 4_100)
        planned = table.next(now: self.slot(0) + 4_100)
        #expect(planned.attempt == 2)
        table.started(planned)
        table.finished(planned, outcome: .down, now: self.slot(0) + 8_100)
        #expect(table.next(now: self.slot(0) + 8_100).slot == self.slot(1))
    }

    @Test func `a monitor that is already down is not repeated`() {
        var table = Timetable(self.monitor(threshold: 2))
        for k in Int64(0)..<3 {
            let planned = table.next(now: self.slot(k))
            table.started(planned)
            table.finished(planned, outcome: .down, now: self.slot(k) + 1)
            let next = table.next(now: self.slot(k) + 1)
            #expect((next.attempt == 1) == (k == 0))
            if next.attempt == 1 {
                table.started(next)
                table.finished(next, outcome: .down, now: next.at + 1)
            }
        }
    }

    @Test func `an answer or an unknown ends the repetitions but only an answer ends the run`() {
        var table = Timetable(self.monitor())
        let planned = table.next(now: self.slot(0))
        table.started(planned)
        table.finished(planned, outcome: .down, now: self.slot(0) + 1)
        let repeated = table.next(now: self.slot(0) + 1)
        table.started(repeated)
        table.finished(repeated, outcome: .unknown, now: repeated.at + 1)
        #expect(table.failures == 1)
        #expect(table.next(now: repeated.at + 1).slot == self.slot(1))
        let next = table.next(now: self.slot(1))
        table.started(next)
        table.finished(next, outcome: .degraded, now: self.slot(1) + 1)
        #expect(table.failures == 0)
    }

    @Test func `an attempt that outlasts its repetition's time takes the next number that is still ahead`() {
        var table = Timetable(self.monitor(timeout: 8_000, retryInterval: 1_000))
        let planned = table.next(now: self.slot(0))
        table.started(planned)
        table.finished(planned, outcome: .down, now: self.slot(0) + 3_500)
        let repeated = table.next(now: self.slot(0) + 3_500)
        #expect(repeated.attempt == 4)
        #expect(repeated.at == self.slot(0) + 4_000)
    }

    @Test func `a new monitor is checked at once and its edit is no slot of the grid`() {
        let now = self.slot(0) + 5_000
        var table = Timetable(self.monitor(updatedAt: now - 20))
        let planned = table.next(now: now)
        #expect(planned.slot == now - 20)
        #expect(table.due(planned, now: now + 9_000) == .start)
        table.started(planned)
        table.finished(planned, outcome: .up, now: now + 10)
        #expect(table.next(now: now + 10).slot == self.slot(1))
        #expect(table.skipped == 0)
    }

    @Test func `an old edit is not checked again by a pinger that starts`() {
        var table = Timetable(self.monitor(updatedAt: self.slot(0) - 10_001))
        #expect(table.next(now: self.slot(0)).slot == self.slot(0))
    }

    @Test func `check now runs once, after what is running`() {
        var table = Timetable(self.monitor())
        let first = table.next(now: self.slot(0))
        table.started(first)
        var edited = Timetable(self.monitor(requested: self.slot(0) + 3_000), replacing: table)
        edited.finished(first, outcome: .up, now: self.slot(0) + 3_500)
        let extra = edited.next(now: self.slot(0) + 3_500)
        #expect(extra.slot == self.slot(0) + 3_000)
        edited.started(extra)
        edited.finished(extra, outcome: .up, now: self.slot(0) + 3_600)
        #expect(edited.next(now: self.slot(0) + 3_600).slot == self.slot(1))
    }

    @Test func `an extra slot ahead of the clock does not hold up the grid`() {
        var table = Timetable(self.monitor(requested: self.slot(0) + 6_000))
        #expect(table.next(now: self.slot(0) - 100).slot == self.slot(0))
    }
}
