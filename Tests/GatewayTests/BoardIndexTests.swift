import Latest
import TestServers
import Testing

@testable import Events
@testable import Gateway

@Suite struct BoardIndexTests {
    private func entry(_ id: Int64, _ random: inout SplitMix) throws -> BoardEntry {
        let state = State.allCases.randomElement(using: &random) ?? .up
        let group = ["web", "Mail", "db", nil].randomElement(using: &random) ?? nil
        var document = BoardFixture.document(id, state, offset: 1, group: group)
        document.card?.name = "Name \(Int.random(in: 0..<900, using: &random))"
        document.card?.tags = ["a", "b", "c"].filter { _ in Bool.random(using: &random) }
        document.card?.degraded = state == .up && Bool.random(using: &random)
        if Bool.random(using: &random) { document.card?.incident = .init(id: "1", startedAt: 1, acknowledgedAt: nil) }
        return try #require(StatusRendering.entry(document))
    }

    private func ids(_ list: SlotList, _ index: BoardIndex) -> [Int64] { index.entries(list).map(\.id) }

    private func check(_ index: BoardIndex, _ plain: [Int64: BoardEntry], _ comment: Comment) {
        let byName = plain.values.sorted { SlotList.Key.name.isBefore($0, $1) }
        #expect(self.ids(index.byName, index) == byName.map(\.id), comment)
        #expect(self.ids(index.byID, index) == plain.keys.sorted(), comment)
        #expect(index.counts.total == plain.count && index.byName.count == plain.count, comment)
        for (badness, list) in index.byBadness.enumerated() {
            #expect(self.ids(list, index) == byName.filter { $0.badness == badness }.map(\.id), comment)
        }
        let groups = Dictionary(grouping: byName) { $0.facts.group ?? "" }
        #expect(Set(index.groups.keys) == Set(groups.keys), comment)
        for (name, group) in index.groups {
            #expect(self.ids(group.list, index) == groups[name]?.map(\.id), comment)
            #expect(group.counts[.up] == groups[name]?.count { $0.state == .up }, comment)
        }
        for tag in ["a", "b", "c"] {
            #expect(index.tags[tag]?.total ?? 0 == byName.count { $0.facts.tags.contains(tag) }, comment)
        }
        #expect(index.counts.degraded == byName.count { $0.facts.isDegraded }, comment)
        #expect(index.incidents == byName.count { $0.facts.hasIncident }, comment)
    }

    @Test func `its lists and counts are those of everything sorted and counted plainly`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("BoardIndexTests seed \(seed)")
        var random = SplitMix(seed: seed)
        var index = BoardIndex()
        var plain: [Int64: BoardEntry] = [:]
        // Enough that pieces are parted, and later few enough that they go.
        for (step, most) in [(6_000, 3_000), (6_000, 30)] as [(Int, Int64)] {
            for _ in 0..<step {
                let id = Int64.random(in: 1...3_000, using: &random)
                if id > most || Int.random(in: 0..<4, using: &random) == 0 {
                    #expect((index.remove(id) == nil) == (plain.removeValue(forKey: id) == nil))
                } else {
                    let entry = try self.entry(id, &random)
                    index.put(entry)
                    plain[id] = entry
                }
            }
            self.check(index, plain, "seed \(seed)")
        }
        for id in plain.keys { _ = index.remove(id) }
        self.check(index, [:], "seed \(seed)")
    }

    @Test func `a copy stays as it was`() throws {
        var random = SplitMix(seed: 7)
        var index = BoardIndex()
        var plain: [Int64: BoardEntry] = [:]
        for id in Int64(1)...600 {
            let entry = try self.entry(id, &random)
            index.put(entry)
            plain[id] = entry
        }
        let copy = index
        for id in Int64(1)...600 {
            if id % 3 == 0 { _ = index.remove(id) } else { index.put(try self.entry(id, &random)) }
        }
        index.put(try self.entry(601, &random))
        self.check(copy, plain, "copy")
        #expect(copy[601] == nil && copy[3] != nil && index[3] == nil)
    }

    @Test func `places in a list are found by offset and id, forwards and backwards`() throws {
        var random = SplitMix(seed: 8)
        var index = BoardIndex()
        let ids = stride(from: Int64(2), through: 4_000, by: 2).shuffled(using: &random)
        for id in ids { index.put(try self.entry(id, &random)) }
        for offset in [0, 1, 511, 512, 513, 1_999, 2_000, 5_000] {
            let page = index.entries(index.byID, from: offset, limit: 3).map(\.id)
            #expect(page == Array(ids.sorted().dropFirst(offset).prefix(3)))
            var found: [Int64] = []
            index.byID.forEach(from: offset, backwards: true) { slot in
                if let entry = index.table[slot] { found.append(entry.id) }
                return found.count < 3
            }
            #expect(found == Array(ids.sorted().reversed().dropFirst(offset).prefix(3)))
        }
        for id in [-1, 0, 1, 2, 3, 1_024, 3_999, 4_000, 9_000] as [Int64] {
            #expect(index.byID.count(upTo: id, index.table) == ids.count { $0 <= id })
        }
    }
}
