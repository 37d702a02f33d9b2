import Events

/// Every monitor of the board, in the orders in which lists show them and counted as they are summed up.
///
/// Kept up to date with each change, which costs some microseconds however many monitors there are; a status that is
/// renewed and says the same costs one write. A copy is some references, and stays as it is.
struct BoardIndex: Sendable {
    /// The monitors of a group, or of none.
    struct Group: Sendable {
        /// In the order of their names.
        var list = SlotList(by: .name)
        var counts = StateCounts()
        /// What groups are ordered by.
        let sortName: [UInt8]
    }

    private(set) var table = EntryTable()
    private(set) var byName = SlotList(by: .name)
    private(set) var byID = SlotList(by: .id)
    /// By the badness of their state, each in the order of the names.
    private(set) var byBadness = [SlotList](repeating: SlotList(by: .name), count: StateCounts.badnesses)
    /// By name; the empty one holds monitors without a group.
    private(set) var groups: [String: Group] = [:]
    /// By name.
    private(set) var tags: [String: StateCounts] = [:]
    private(set) var counts = StateCounts()
    /// Monitors with an open incident.
    private(set) var incidents = 0
    /// Rises whenever a monitor comes, goes, or gets another name.
    private(set) var version = 0
    private var slots: [Int64: Slot] = [:]
    private var free: [Slot] = []

    /// The entry of a monitor.
    subscript(id: Int64) -> BoardEntry? { self.slots[id].flatMap { self.table[$0] } }

    /// What stands in a list from the place `offset` on, at most `limit`.
    func entries(_ list: SlotList, from offset: Int = 0, limit: Int = .max) -> [BoardEntry] {
        var entries: [BoardEntry] = []
        guard limit > 0 else { return entries }
        list.forEach(from: offset) { slot in
            if let entry = self.table[slot] { entries.append(entry) }
            return entries.count < limit
        }
        return entries
    }

    /// Puts an entry in its place, and returns the former one.
    @discardableResult
    mutating func put(_ entry: BoardEntry) -> BoardEntry? {
        guard let slot = self.slots[entry.id] else {
            self.add(entry)
            return nil
        }
        guard let former = self.table[slot] else { return nil }
        let (old, new) = (former.facts, entry.facts)
        let isRenamed = old.sortName != new.sortName
        let isMoved = isRenamed || former.badness != entry.badness || old.group != new.group || old.tags != new.tags
        if isMoved { self.unlist(slot, former) }
        if isRenamed {
            self.byName.remove(slot, self.table)
            self.version += 1
        }
        if old.hasIncident != new.hasIncident { self.incidents += new.hasIncident ? 1 : -1 }
        self.table[slot] = entry
        if isRenamed { self.byName.insert(slot, self.table) }
        if isMoved { self.list(slot, entry) }
        return former
    }

    /// Takes a monitor out; `nil`: there is none.
    mutating func remove(_ id: Int64) -> BoardEntry? {
        guard let slot = self.slots.removeValue(forKey: id), let entry = self.table[slot] else { return nil }
        self.version += 1
        self.unlist(slot, entry)
        self.byName.remove(slot, self.table)
        self.byID.remove(slot, self.table)
        if entry.facts.hasIncident { self.incidents -= 1 }
        self.table[slot] = nil
        self.free.append(slot)
        return entry
    }

    private mutating func add(_ entry: BoardEntry) {
        if self.free.isEmpty { self.free = self.table.grow().reversed() }
        let slot = self.free.removeLast()
        self.version += 1
        self.slots[entry.id] = slot
        self.table[slot] = entry
        self.byName.insert(slot, self.table)
        self.byID.insert(slot, self.table)
        if entry.facts.hasIncident { self.incidents += 1 }
        self.list(slot, entry)
    }

    /// Counts it, and lists it by what changes more often than the name.
    private mutating func list(_ slot: Slot, _ entry: BoardEntry) {
        self.counts.add(entry.badness)
        self.byBadness[entry.badness].insert(slot, self.table)
        let group = entry.facts.group ?? ""
        var members = self.groups.removeValue(forKey: group) ?? Group(sortName: SearchText.folded(group))
        members.list.insert(slot, self.table)
        members.counts.add(entry.badness)
        self.groups[group] = members
        for tag in Set(entry.facts.tags) { self.tags[tag, default: StateCounts()].add(entry.badness) }
    }

    private mutating func unlist(_ slot: Slot, _ entry: BoardEntry) {
        self.counts.remove(entry.badness)
        self.byBadness[entry.badness].remove(slot, self.table)
        let group = entry.facts.group ?? ""
        if var members = self.groups.removeValue(forKey: group) {
            members.list.remove(slot, self.table)
            members.counts.remove(entry.badness)
            if members.list.count > 0 { self.groups[group] = members }
        }
        for tag in Set(entry.facts.tags) {
            self.tags[tag]?.remove(entry.badness)
            if self.tags[tag]?.total == 0 { self.tags[tag] = nil }
        }
    }
}
