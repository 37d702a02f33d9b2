/// Which regions watch a share, by their pulses (design §4).
struct ShareState: Sendable, Hashable {
    /// 0 ..< 48.
    let share: Int
    /// Every region that ever pulsed, by name.
    var regions: [Watch] = []

    /// One region's pulses for the share.
    struct Watch: Sendable, Hashable {
        var region: String
        /// When the present unbroken row of pulses began.
        var began: Int64
        /// The newest pulse's time.
        var last: Int64
        var canary: Pulse.Canary
        /// Whether the newest pulse is within ``Pulse/silence`` of the partition's time.
        var goesOn: Bool
    }

    init(share: Int) { self.share = share }

    func watch(_ region: String) -> Watch? { self.regions.first { $0.region == region } }

    /// Takes a pulse of time `time`; returns whether the region (re)began to watch.
    mutating func apply(_ pulse: Pulse, time: Int64, now: Int64) -> Bool {
        let recent = now - time <= Pulse.silence
        guard let index = self.regions.firstIndex(where: { $0.region >= pulse.region }),
            self.regions[index].region == pulse.region
        else {
            let watch = Watch(region: pulse.region, began: time, last: time, canary: pulse.canary, goesOn: recent)
            let index = self.regions.firstIndex { $0.region > pulse.region } ?? self.regions.count
            self.regions.insert(watch, at: index)
            return recent
        }
        guard time >= self.regions[index].last else { return false }
        self.regions[index].last = time
        self.regions[index].canary = pulse.canary
        guard !self.regions[index].goesOn, recent else { return false }
        self.regions[index].began = time
        self.regions[index].goesOn = true
        return true
    }

    /// Whether there are regions whose pulses stopped and that are not marked so yet.
    func fallsSilent(now: Int64) -> Bool { self.regions.indices.contains { self.fallsSilent($0, now: now) } }

    /// Marks the regions whose pulses stopped.
    mutating func silence(now: Int64) {
        for index in self.regions.indices where self.fallsSilent(index, now: now) { self.regions[index].goesOn = false }
    }

    private func fallsSilent(_ index: Int, now: Int64) -> Bool {
        self.regions[index].goesOn && now - self.regions[index].last > Pulse.silence
    }
}
