/// When each monitor's status may grow too old, looked at only when the time has come.
///
/// A status that is renewed in time costs nothing here: its monitor stays where it was put first, and is put again only
/// when that moment comes.
struct Deadlines: Sendable {
    private var bySecond: [Int64: [Int64]] = [:]

    /// Has `id` looked at from `at`, Unix ms, on; not put again where `formerly` it was to be looked at before that.
    mutating func add(_ id: Int64, at: Int64, formerly: Int64? = nil) {
        if let formerly, formerly <= at { return }
        self.bySecond[at / 1_000 + 1, default: []].append(id)
    }

    /// Takes out the ids whose moment has come at `now`, Unix ms.
    mutating func due(_ now: Int64) -> [Int64] {
        var ids: [Int64] = []
        for second in self.bySecond.keys where second <= now / 1_000 {
            ids.append(contentsOf: self.bySecond.removeValue(forKey: second) ?? [])
        }
        return ids
    }
}
