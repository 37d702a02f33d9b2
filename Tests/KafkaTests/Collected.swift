import Glibc
import Kafka
import Synchronization
import Testing

/// Gathers what handlers on other threads are given.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    func append(_ new: [Element]) {
        self.elements.withLock { $0 += new }
    }

    var all: [Element] { self.elements.withLock { $0 } }
}

/// A record copied out of the log.
struct ReadRecord: Sendable, Equatable {
    struct Header: Sendable, Equatable {
        let name: String
        let value: [UInt8]?
    }

    let place: TopicPartition
    let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [Header]
    /// The text of the header `kind`.
    let kind: String?
    let timestamp: Int64
    let timestampType: Message.TimestampType

    init(_ message: borrowing Message) {
        self.place = message.topicPartition
        self.offset = message.offset
        self.key = message.key
        self.value = message.value
        self.kind = message.header("kind")
        self.timestamp = message.timestamp
        self.timestampType = message.timestampType
        var headers: [Header] = []
        message.forEachHeader { name, value in
            var bytes: [UInt8]?
            if let value {
                bytes = (0..<value.byteCount).map { unsafe value.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
            }
            headers.append(Header(name: name, value: bytes))
        }
        self.headers = headers
    }
}

extension Consumer {
    /// Polls until `count` records are there or the deadline passes; other events but failures are ignored.
    func read(_ count: Int, seconds: Int = 15) throws -> [ReadRecord] {
        var records: [ReadRecord] = []
        let deadline = ContinuousClock.now + .seconds(seconds)
        while records.count < count, ContinuousClock.now < deadline {
            guard case .messages(let batch)? = try self.poll(milliseconds: 100) else { continue }
            batch.forEach { records.append(ReadRecord($0)) }
        }
        return records
    }

    /// Polls until an event satisfies `accept`, or the deadline passes.
    func wait(seconds: Int = 20, for accept: (ConsumerEvent) -> Bool) throws -> ConsumerEvent? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let event = try self.poll(milliseconds: 100), accept(event) { return event }
        }
        return nil
    }
}
