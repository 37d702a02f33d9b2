/// Values by monitor, at most so many: those that were not asked for the longest time make room.
struct BoundedCache<Value: Sendable>: Sendable {
    private struct Kept: Sendable {
        var value: Value
        var usedAt: UInt64
    }

    private let limit: Int
    private var kept: [Int64: Kept] = [:]
    private var uses: UInt64 = 0

    /// An empty cache for `limit` values.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many values are kept.
    var count: Int { self.kept.count }

    /// The value of a monitor, which counts as a use.
    mutating func use(_ id: Int64) -> Value? {
        self.uses += 1
        self.kept[id]?.usedAt = self.uses
        return self.kept[id]?.value
    }

    /// The value of a monitor; no use.
    func value(_ id: Int64) -> Value? { self.kept[id]?.value }

    /// Changes the value of a monitor in place, if there is one; no use.
    mutating func change(_ id: Int64, _ body: (inout Value) -> Void) {
        guard var kept = self.kept.removeValue(forKey: id) else { return }
        body(&kept.value)
        self.kept[id] = kept
    }

    /// Puts a value in.
    mutating func put(_ value: Value, for id: Int64) {
        self.uses += 1
        self.kept[id] = Kept(value: value, usedAt: self.uses)
        guard self.kept.count > self.limit else { return }
        // A quarter at once, so that not each further one sorts them all.
        let oldest = self.kept.sorted { $0.value.usedAt < $1.value.usedAt }.prefix(self.limit / 4 + 1)
        for (id, _) in oldest { self.kept[id] = nil }
    }

    /// Takes a value out.
    mutating func remove(_ id: Int64) { self.kept[id] = nil }

    /// Takes all out.
    mutating func removeAll() { self.kept = [:] }
}
