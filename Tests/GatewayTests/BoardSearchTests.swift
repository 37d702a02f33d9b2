import Latest
import TestServers
import Testing

@testable import Events
@testable import Gateway

@Suite struct BoardSearchTests {
    private struct Sample {
        var id: Int64
        var name: String
        var state: State
        var degraded: Bool
        var group: String?
        var tags: [String]
        var latency: Double?
        var since: Int64
    }

    private static func sample(_ id: Int64, _ generator: inout SplitMix) -> Sample {
        let names = ["Shop", "shop", "Ärger", "mail", "API", "api-2", "ÖKO"]
        let state = State.allCases.randomElement(using: &generator) ?? .up
        return Sample(
            id: id,
            name: "\(names.randomElement(using: &generator) ?? "") \(Int.random(in: 0...30, using: &generator))",
            state: state,
            degraded: state == .up && Bool.random(using: &generator),
            group: [nil, "web", "Mail", "db"].randomElement(using: &generator) ?? nil,
            tags: ["prod", "Test", "eu"].filter { _ in Bool.random(using: &generator) },
            latency: Bool.random(using: &generator) ? Double.random(in: 0...50, using: &generator).rounded() : nil,
            since: Int64.random(in: 1_000...1_020, using: &generator)
        )
    }

    private static func document(_ sample: Sample, offset: Int64) -> StatusDocument {
        var document = BoardFixture.document(sample.id, sample.state, offset: offset, group: sample.group)
        document.card?.name = sample.name
        document.card?.tags = sample.tags
        document.card?.degraded = sample.degraded
        document.card?.since = sample.since
        document.card?.regions = ["eu": .init(outcome: .up, latencyMs: sample.latency, slot: 1)]
        return document
    }

    @Test func `windows are those of a list that is filtered and sorted plainly`() throws {
        let seed = UInt64.random(in: 1...UInt64.max / 2)
        print("seed \(seed)")
        var generator = SplitMix(seed: seed)
        let board = Board()
        let search = BoardSearch(board, patience: 0)
        var samples: [Int64: Sample] = [:]
        var point: Int64 = 0
        for round in 1...300 {
            for _ in 0..<3 {
                let id = Int64.random(in: 1...60, using: &generator)
                if Int.random(in: 0..<8, using: &generator) == 0 {
                    board.remove([id])
                    samples[id] = nil
                } else {
                    let sample = Self.sample(id, &generator)
                    point += 1
                    board.apply([try #require(StatusRendering.entry(Self.document(sample, offset: point)))])
                    samples[id] = sample
                }
            }
            var filter = BoardFilter()
            if Bool.random(using: &generator) {
                let words = ["sh", "arg", "1", "pro", "example.com", "zzz"]
                filter.words = SearchText.words(words.randomElement(using: &generator) ?? "")
            }
            if Bool.random(using: &generator) { filter.states = [.up, .down] }
            if Int.random(in: 0..<4, using: &generator) == 0 { filter.includesDegraded = true }
            if Bool.random(using: &generator) { filter.groups = ["web", ""] }
            if Bool.random(using: &generator) { filter.tags = ["prod", "eu"] }
            let order = BoardSearch.Order.allCases.randomElement(using: &generator) ?? .state
            let isDescending = Bool.random(using: &generator)
            let offset = Int.random(in: 0...5, using: &generator)
            let limit = Int.random(in: 1...20, using: &generator)
            let share = { (id: Int64) -> Double? in id % 3 == 0 ? nil : Double(id % 7) }
            let window = search.window(
                filter,
                by: order,
                descending: isDescending,
                offset: offset,
                limit: limit,
                now: 0,
                availability: { ids in
                    Dictionary(uniqueKeysWithValues: ids.compactMap { id in share(id).map { (id, $0) } })
                }
            )
            let plain = Self.plain(Array(samples.values), filter, order, isDescending, share)
            let expected = Array(plain.dropFirst(offset).prefix(limit))
            #expect(window.total == plain.count, "seed \(seed) round \(round)")
            #expect(window.entries.map(\.id) == expected, "seed \(seed) round \(round) \(order) \(filter)")
            guard window.total == plain.count, window.entries.map(\.id) == expected else { return }
        }
    }

    /// What the names of the samples are sorted and searched by.
    private static func plain(_ text: String) -> String {
        text.lowercased().replacing("ä", with: "a").replacing("ö", with: "o")
    }

    private static func plain(
        _ samples: [Sample],
        _ filter: BoardFilter,
        _ order: BoardSearch.Order,
        _ isDescending: Bool,
        _ share: (Int64) -> Double?
    ) -> [Int64] {
        let found = samples.filter { sample in
            let text = "\(sample.name)\nhttps://example.com/\(sample.id)\n\(sample.group ?? "")\n\(sample.tags)"
            let plain = Self.plain(text)
            let isWanted = filter.states.isEmpty && !filter.includesDegraded
            return filter.words.allSatisfy { plain.contains(String(decoding: $0, as: UTF8.self)) }
                && (isWanted || filter.states.contains(sample.state) || (filter.includesDegraded && sample.degraded))
                && (filter.groups.isEmpty || filter.groups.contains(sample.group ?? ""))
                && (filter.tags.isEmpty || !filter.tags.isDisjoint(with: sample.tags))
        }
        let badness: [State] = [.down, .recovering, .pending, .unknown, .new, .up, .paused]
        func key(_ sample: Sample) -> Double? {
            switch order {
            case .state: Double(badness.firstIndex(of: sample.state) ?? 0) + (sample.degraded ? 0 : 0.5)
            case .name: nil
            case .group: ["db": 0, "Mail": 1, "web": 2][sample.group ?? "-"]
            case .latency: sample.latency
            case .availability: share(sample.id)
            case .since: Double(sample.since)
            case .id: Double(sample.id)
            }
        }
        let sorted = found.sorted { first, second in
            let names = (Self.plain(first.name), first.id) < (Self.plain(second.name), second.id)
            if order == .name { return isDescending ? !names : names }
            switch (key(first), key(second)) {
            case (nil, nil): return names
            case (nil, _): return false
            case (_, nil): return true
            case (let mine?, let other?):
                return mine == other ? names : isDescending ? mine > other : mine < other
            }
        }
        return sorted.map(\.id)
    }

    @Test func `what has grown old is found as unknown`() throws {
        let board = Board()
        let search = BoardSearch(board)
        var document = BoardFixture.document(1, .up, offset: 1, unknownFrom: 2_000)
        document.card?.degraded = true
        board.apply([try #require(StatusRendering.entry(document))], now: 1_000)
        let filter = BoardFilter(states: [.up])
        #expect(search.window(filter, by: .name, offset: 0, limit: 9, now: 1_999).total == 1)
        for sweeps in [false, true] {
            if sweeps { board.sweep(now: 3_500) }
            #expect(search.window(filter, by: .name, offset: 0, limit: 9, now: 2_000).total == 0)
            let window = search.window(BoardFilter(), by: .since, offset: 0, limit: 9, now: 2_000)
            #expect(window.counts[.unknown] == 1 && window.counts.degraded == 0)
            #expect(window.entries.first?.since(2_000) == 2_000)
            #expect(window.entries.first?.state == .unknown)
        }
    }

    @Test func `a new name takes its place at once`() throws {
        let board = Board()
        let search = BoardSearch(board)
        for (id, name) in [(1, "b"), (2, "c"), (3, "d")] as [(Int64, String)] {
            var document = BoardFixture.document(id, .up, offset: 1)
            document.card?.name = name
            board.apply([try #require(StatusRendering.entry(document))])
        }
        #expect(search.all(now: 0).map(\.id) == [1, 2, 3])
        var document = BoardFixture.document(3, .up, offset: 2)
        document.card?.name = "A"
        board.apply([try #require(StatusRendering.entry(document))])
        #expect(search.all(now: 0).map(\.id) == [3, 1, 2])
        board.remove([1])
        #expect(search.all(now: 0).map(\.id) == [3, 2])
    }

    @Test func `search finds a name however it is written`() throws {
        let board = Board()
        let search = BoardSearch(board)
        var document = BoardFixture.document(1, .up, offset: 1, group: "Zürich")
        document.card?.name = "Cre\u{300}me BRÛLÉE"
        document.card?.tags = ["Straße"]
        board.apply([try #require(StatusRendering.entry(document))])
        for text in ["crème", "CREME", "cre\u{300}me brûlée", "brulee", "STRASSE", "zürich", "zurich", "ＣＲＥＭＥ"] {
            let filter = BoardFilter(words: SearchText.words(text))
            #expect(search.all(filter, now: 0).map(\.id) == [1], "\(text)")
        }
        #expect(search.all(BoardFilter(words: SearchText.words("crame")), now: 0).isEmpty)
    }

    @Test func `rows keep their places for a while in an order that every result may change`() throws {
        let board = Board()
        let search = BoardSearch(board, patience: 3_600_000)
        func put(_ latencies: [Double], offset: Int64) throws {
            for (id, latency) in zip(Int64(1)..., latencies) {
                var document = BoardFixture.document(id, .up, offset: offset)
                document.card?.regions = ["eu": .init(outcome: .up, latencyMs: latency, slot: 1)]
                board.apply([try #require(StatusRendering.entry(document))])
            }
        }
        func ids(_ offset: Int, _ limit: Int) -> [Int64] {
            search.window(BoardFilter(), by: .latency, offset: offset, limit: limit, now: 0).entries.map(\.id)
        }
        try put([3, 2, 1, 4], offset: 1)
        #expect(ids(0, 2) == [3, 2])
        // The page behind it goes on where that one ended, and shows what is known now.
        try put([1, 9, 8, 0], offset: 2)
        #expect(ids(2, 2) == [1, 4])
        let window = search.window(BoardFilter(), by: .latency, offset: 0, limit: 1, now: 0)
        #expect(window.entries.first?.facts.latencyMs == 8)
        // Who comes is there at once.
        try put([1, 9, 8, 0, 5], offset: 3)
        #expect(ids(0, 9) == [4, 1, 5, 3, 2])
    }
}
