import Glibc
import Testing

@testable import Events

/// What version 1 wrote: the bytes are encoded alike and decoded for ever.
@Suite struct GoldenTests {
    private struct MissingFile: Error {
        var path: String
    }

    /// The bytes of `Golden/v<version>/<name>.json`.
    private static func golden(_ name: String, version: Int = 1) throws -> [UInt8] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let path = "\(folder)/Golden/v\(version)/\(name).json"
        guard let file = unsafe fopen(path, "r") else { throw MissingFile(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = unsafe getc(file)
            guard byte != EOF else { break }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        return bytes
    }

    @Test(arguments: GoldenRecords.records.indices)
    func `a record of version 1 is read and written byte by byte`(index: Int) throws {
        let (name, record) = GoldenRecords.records[index]
        let golden = try Self.golden(name)
        var bytes: [UInt8] = []
        record.encode(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self))
        let key = record.monitor.map { Array("\($0)".utf8) }
        #expect(try Record.decode(kind: record.kind, key: key, value: golden) == record)
    }

    @Test func `a definition of version 1 is read and written byte by byte`() throws {
        let golden = try Self.golden("definition")
        var bytes: [UInt8] = []
        GoldenRecords.shop.encode(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self))
        #expect(try Monitor.decode(golden.span) == GoldenRecords.shop)
    }

    @Test func `the rows of the state of their newest version are read and written byte by byte`() throws {
        var shares: [[UInt8]] = []
        var monitors: [[UInt8]] = []
        let rows = GoldenRecords.rows
        #expect(rows.count == 5)
        for (name, bytes) in rows {
            let golden = try Self.golden(name, version: name.hasPrefix("share") ? 1 : 2)
            #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self))
            if name.hasPrefix("share") { shares.append(golden) } else { monitors.append(golden) }
        }
        let state = GoldenRecords.state
        let again = try PartitionState(partition: 0, count: 1, shares: shares, monitors: monitors)
        #expect(again.monitors == state.monitors)
        #expect(again.time == state.time)
        #expect(again.status(of: 42)?.state == .down)
    }

    @Test func `the rows of monitors of version 1 are read and their spans go on`() throws {
        let rows = GoldenRecords.rows.map(\.name)
        var state = try PartitionState(
            partition: 0,
            count: 1,
            shares: rows.filter { $0.hasPrefix("share") }.map { try Self.golden($0) },
            monitors: rows.filter { !$0.hasPrefix("share") }.map { try Self.golden($0) }
        )
        let now = GoldenRecords.state
        for id in [7, 42] as [Int64] {
            #expect(state.status(of: id) == now.status(of: id))
            #expect(state.monitors[id]?.span.written.last == now.monitors[id]?.span.written.last)
            #expect(state.monitors[id]?.regions.map(\.span.written) == now.monitors[id]?.regions.map(\.span.written))
            #expect(state.monitors[id]?.regions.map(\.sight) == now.monitors[id]?.regions.map(\.sight))
        }
        var effects: [Effect] = []
        let at = now.time + 10_000_000
        let pulse = Pulse(region: Pulse.pushRegion, share: 0, time: at, pinger: "g")
        state.step(.pulse(pulse), timestamp: at, &effects)
        let spans = effects.compactMap { if case .span(let span) = $0 { span.state } else { nil } }
        #expect(spans == [.unknown, .unknown, .unknown])
    }

    @Test(arguments: GoldenRecords.records.indices)
    func `no truncation and no flipped bit of any kind crashes, and no truncation is read`(index: Int) throws {
        let (name, record) = GoldenRecords.records[index]
        let bytes = try Self.golden(name)
        let key = record.monitor.map { Array("\($0)".utf8) }
        for length in 0..<bytes.count {
            #expect(throws: RecordError.self) {
                try Record.decode(kind: record.kind, key: key, value: Array(bytes[..<length]))
            }
        }
        for index in bytes.indices {
            for bit in UInt8(0)..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                guard let read = try? Record.decode(kind: record.kind, key: key, value: flipped) else { continue }
                #expect(read.monitor == record.monitor)
            }
        }
    }
}
