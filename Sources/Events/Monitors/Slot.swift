/// The planned times of a monitor's checks (design §2.1): `k × interval + phase`, in Unix ms.
///
/// Computed from the id alone, so that a restarted or a second pinger plans the same slots.
package enum Slot {
    /// The monitor's offset within its interval, 0 ..< interval ms.
    package static func phase(of monitor: Int64, interval: Int64) -> Int64 {
        Int64(Partitioning.positiveHash(of: monitor)) % interval
    }

    /// The first regular slot at or after `time`.
    package static func next(atOrAfter time: Int64, monitor: Int64, interval: Int64) -> Int64 {
        let previous = self.previous(atOrBefore: time, monitor: monitor, interval: interval)
        return previous == time ? time : previous + interval
    }

    /// The last regular slot at or before `time`.
    package static func previous(atOrBefore time: Int64, monitor: Int64, interval: Int64) -> Int64 {
        let offset = time - self.phase(of: monitor, interval: interval)
        let rest = offset % interval
        return time - (rest < 0 ? rest + interval : rest)
    }
}

extension Monitor {
    /// This monitor's phase within its interval, in ms.
    package var phase: Int64 { Slot.phase(of: self.id, interval: self.interval) }

    /// The extra slots of design §2.1: when the definition was edited, and the last "check now" if there was one.
    package var extraSlots: [Int64] {
        guard let requested = self.checkRequestedAt, requested != self.updatedAt else { return [self.updatedAt] }
        return [self.updatedAt, requested]
    }

    /// The first slot at or after `time`, Unix ms, regular or extra.
    package func nextSlot(atOrAfter time: Int64) -> Int64 {
        let regular = Slot.next(atOrAfter: time, monitor: self.id, interval: self.interval)
        return self.extraSlots.reduce(regular) { $1 >= time && $1 < $0 ? $1 : $0 }
    }

    /// The share that the monitor belongs to, 0 ..< 48.
    package var share: Int { Partitioning.share(of: self.id) }
}
