import Events

/// When the shares of this pinger are to pulse (design §3): at once when they are taken, then every ten seconds.
///
/// Pure; times in monotonic ms.
struct Pulses {
    private var next: [Int: Int64] = [:]

    /// The shares whose pulse is due at `now`, of those that are held; the next ones are planned.
    mutating func due(held: Set<Int>, now: Int64) -> [Int] {
        self.next = self.next.filter { held.contains($0.key) }
        var due: [Int] = []
        for share in held.sorted() {
            let planned = self.next[share] ?? now
            guard planned <= now else { continue }
            due.append(share)
            // A pulse that came late, after a freeze, does not make the following ones bunch.
            self.next[share] = now - planned < Pulse.interval ? planned + Pulse.interval : now + Pulse.interval
        }
        return due
    }

    /// How long until the next pulse is due, in ms; at most a second, so that new shares are seen soon.
    func patience(now: Int64) -> Int64 {
        let next = self.next.values.min() ?? now + 1_000
        return min(max(next - now, 1), 1_000)
    }
}
