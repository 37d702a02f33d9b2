import Events
import Glibc
import HTTPServer
import Latest
import Service
import TestServers
import Testing

@testable import Gateway

/// Live events over real sockets, from the processor's words in Redis to the last byte at many clients.
@Suite(.timeLimit(.minutes(1))) struct LiveStreamTests {
    private static let monitors: Int64 = 300
    private static let clients = 200
    private static let monitorsPerClient: Int64 = 50
    private static let start: Int64 = 1_795_189_560_000

    /// One of many listeners, and what came to it.
    private final class Client {
        let connection: RawClient
        let named: Set<Int64>
        private var bytes: [UInt8] = []

        init(_ number: Int, port: UInt16) throws {
            self.connection = try RawClient(port: port)
            let first = Int64(number) * 7
            self.named = Set((first..<first + monitorsPerClient).map { $0 % monitors + 1 })
            let list = self.named.map { "\($0)" }.joined(separator: ",")
            // The older version, so that the content comes as it is and not in chunks.
            self.connection.write("GET /api/v1/stream?monitors=\(list) HTTP/1.0\r\n\r\n")
        }

        /// Reads until `text` has come and the event around it has ended.
        func read(until text: String) -> Bool {
            var start = 0
            while true {
                if let mark = self.bytes.index(of: text, from: start) {
                    if self.bytes.index(of: "\n\n", from: mark) != nil { return true }
                } else {
                    start = max(0, self.bytes.count - text.utf8.count)
                }
                guard let part = self.connection.read(), !part.isEmpty else { return false }
                self.bytes += part
            }
        }

        /// The times of the statuses that came, and of the results that came with them; takes them out.
        func heard() -> [[String]] {
            var heard: [[String]] = []
            var position = 0
            while let event = self.bytes.index(of: "event: status\n", from: position),
                let end = self.bytes.index(of: "\n\n", from: event)
            {
                position = end
                var times = self.times("\"asOf\":\"", event..<end)
                if let results = self.bytes.index(of: "\"results\":[", from: event), results < end {
                    times += self.times("\"slot\":\"", results..<end)
                }
                heard.append(times)
            }
            self.bytes = []
            return heard
        }

        private func times(_ mark: String, _ range: Range<Int>) -> [String] {
            var times: [String] = []
            var position = range.lowerBound
            while let found = self.bytes.index(of: mark, from: position), found < range.upperBound {
                position = found + mark.utf8.count
                times.append(String(decoding: self.bytes[position..<position + 24], as: UTF8.self))
            }
            return times
        }
    }

    @Test func `two hundred clients hear all changes and the results of their monitors, once and in order`() throws {
        let fixture = try BoardFixture()
        defer { fixture.stop() }
        var states = [Int64: State](uniqueKeysWithValues: (1...Self.monitors).map { ($0, .up) })
        for id in states.keys { try fixture.write(BoardFixture.document(id, .up, offset: 0)) }
        // A break would lose what is told meanwhile, and each event is counted.
        try fixture.follow(timeout: .seconds(10), silence: .seconds(10))
        #expect(eventually { fixture.board.ids.count == Int(Self.monitors) && !fixture.board.isStale })
        let server = try HTTPServer(
            HTTPServer.Configuration(listen: ListenAddress(host: "127.0.0.1", port: 0)),
            router: fixture.router
        )
        defer { server.stop(within: 0) }
        let clients = try (0..<Self.clients).map { number in
            let client = try Client(number, port: server.address.port)
            #expect(client.read(until: "event: ready"))
            _ = client.heard()
            return client
        }
        #expect(fixture.board.live.count == Self.clients && server.counters.streams == Self.clients)

        let seed = UInt64.random(in: 0...UInt64.max)
        print("LiveStreamTests seed \(seed)")
        var random = SplitMix(seed: seed)
        for round in Int64(0)..<4 {
            var told: [(monitor: Int64, time: String, isChange: Bool)] = []
            for step in Int64(1)...40 {
                let monitor = Int64.random(in: 1...Self.monitors, using: &random)
                // The last one of a round is heard by all.
                let isChange = step == 40 || Bool.random(using: &random)
                let state: State = (states[monitor] == .up) == isChange ? .down : .up
                let number = round * 40 + step
                var document = BoardFixture.document(monitor, state, offset: number)
                document.card?.asOf = Self.start + number
                try fixture.publish(
                    document,
                    results: [RecentResult(region: "eu", slot: Self.start + number, outcome: .up)]
                )
                states[monitor] = state
                told.append((monitor, Timestamp.rfc3339(Self.start + number), isChange))
            }
            let last = try #require(told.last)
            for (number, client) in clients.enumerated() {
                let expected = told.filter { $0.isChange || client.named.contains($0.monitor) }
                    .map { client.named.contains($0.monitor) ? [$0.time, $0.time] : [$0.time] }
                #expect(client.read(until: "\"asOf\":\"\(last.time)\""), "client \(number)")
                #expect(client.heard() == expected, "client \(number), round \(round)")
            }
        }
        #expect(server.counters.streamsDropped == 0)
    }
}

extension [UInt8] {
    /// Where `text` begins for the first time from `start` on; in C, for it is looked for in megabytes.
    fileprivate func index(of text: String, from start: Int) -> Int? {
        unsafe self.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, let first = text.utf8.first else { return nil }
            var position = start
            while position + text.utf8.count <= bytes.count {
                guard let found = unsafe memchr(base + position, Int32(first), bytes.count - position) else { break }
                position = unsafe UnsafeRawPointer(found) - base
                guard position + text.utf8.count <= bytes.count else { break }
                if unsafe memcmp(found, text, text.utf8.count) == 0 { return position }
                position += 1
            }
            return nil
        }
    }
}
