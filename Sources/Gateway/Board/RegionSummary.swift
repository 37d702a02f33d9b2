import Events

/// What the pulses of a region say: who watches, and how much.
struct RegionSummary: Sendable, Equatable {
    /// A process that holds shares of the region.
    struct Pinger: Sendable, Equatable {
        var name: String
        var shares: Int
        /// How busy it is, 0 … 1.
        var load: Double
        /// Unix ms.
        var lastPulse: Int64
    }

    var name: String
    /// Shares with a pulse that is not too old.
    var shares = 0
    /// Those of them whose canaries all failed.
    var blindShares = 0
    /// The newest pulse, Unix ms, also one that is too old.
    var lastPulse: Int64 = 0
    /// Those with a pulse that is not too old, by name.
    var pingers: [Pinger] = []

    /// The regions of the last pulses of all shares at `now`, Unix ms, by name.
    static func summaries(of pulses: [Pulse], now: Int64) -> [RegionSummary] {
        var regions: [String: RegionSummary] = [:]
        for pulse in pulses where pulse.region != Pulse.pushRegion {
            var region = regions[pulse.region] ?? RegionSummary(name: pulse.region)
            region.lastPulse = max(region.lastPulse, pulse.time)
            if now - pulse.time <= Pulse.silence { region.add(pulse) }
            regions[pulse.region] = region
        }
        return regions.values.sorted { $0.name < $1.name }.map { region in
            var region = region
            region.pingers.sort { $0.name < $1.name }
            return region
        }
    }

    private mutating func add(_ pulse: Pulse) {
        self.shares += 1
        if pulse.canary == .blind { self.blindShares += 1 }
        guard let index = self.pingers.firstIndex(where: { $0.name == pulse.pinger }) else {
            let pinger = Pinger(name: pulse.pinger, shares: 1, load: pulse.load, lastPulse: pulse.time)
            return self.pingers.append(pinger)
        }
        self.pingers[index].shares += 1
        if pulse.time >= self.pingers[index].lastPulse {
            self.pingers[index].lastPulse = pulse.time
            self.pingers[index].load = pulse.load
        }
    }
}
