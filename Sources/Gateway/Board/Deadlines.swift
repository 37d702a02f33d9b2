/// When each monitor's status may grow too old, looked at only when the time has come.
///
/// A status that is renewed in time costs nothing here: its monitor stays where it was put first, and is put again only
/// when that moment comes.
struct Deadlines: Sendable {
    /// By the tenth of a second in which, or at the end of which, it comes.
    private var byTenth: [Int64: [Int64]] = [:]
    /// None comes before this tenth.
    private var first = Int64.max

    /// Has `id` looked at from `at`, Unix ms, on; not put again where `formerly` it was to be looked at before that.
    mutating func add(_ id: Int64, at: Int64, formerly: Int64? = nil) {
        if let formerly, formerly <= at { return }
        let tenth = at / 100 + (at % 100 > 0 ? 1 : 0)
        self.byTenth[tenth, default: []].append(id)
        self.first = min(self.first, tenth)
    }

    /// Whether there may be one whose moment has come at `now`, Unix ms.
    func isDue(_ now: Int64) -> Bool { self.first <= now / 100 }

    /// Takes out ids whose moment has come at `now`, Unix ms, the earliest first, at most `limit`; none: none is left.
    mutating func due(_ now: Int64, limit: Int) -> [Int64] {
        guard self.isDue(now) else { return [] }
        let last = now / 100
        // After a long pause, or where there are few, it is less to look at them all.
        let isLong = last - self.first > Int64(self.byTenth.count)
        let tenths = isLong ? self.byTenth.keys.filter { $0 <= last }.sorted() : Array(self.first...last)
        var due: [Int64] = []
        for tenth in tenths {
            self.first = tenth
            guard var ids = self.byTenth.removeValue(forKey: tenth) else { continue }
            let taken = min(ids.count, limit - due.count)
            due += ids.suffix(taken)
            ids.removeLast(taken)
            guard ids.isEmpty else {
                self.byTenth[tenth] = ids
                return due
            }
        }
        self.first = last + 1
        return due
    }
}
