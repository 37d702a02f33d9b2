import Kafka
import Postgres

/// A record that a projection threw back, kept until the round that moves the offset past it.
struct DeadLetter: Sendable {
    /// The greatest part of a value that is kept.
    static let byteLimit = 64 * 1024
    /// How many letters one partition keeps while PostgreSQL is away; further ones are only counted.
    static let awayLimit = 256

    let point: LogPoint
    let partition: Int32
    let key: [UInt8]?
    let value: [UInt8]?
    let size: Int64?
    let reason: String
    let timestamp: Int64

    init(_ message: borrowing Message, at point: LogPoint, _ poison: PoisonRecord) {
        self.point = point
        self.partition = message.topicPartition.partition
        self.key = message.key.map { Array($0.prefix(1024)) }
        self.value = message.value.map { Array($0.prefix(Self.byteLimit)) }
        self.size = message.isTombstone ? nil : Int64(message.valueSize)
        self.reason = String(poison.reason.filter { $0 != "\0" }.prefix(1000))
        self.timestamp = message.timestamp
    }
}

/// What a round writes for the runner itself.
struct Notes {
    let projection: String
    let topic: String

    /// Writes dead letters inside an open transaction; those that are known already are left alone.
    func write(_ letters: [DeadLetter], on connection: PostgresConnection) throws(PostgresError) {
        for letter in letters {
            try connection.query(
                """
                INSERT INTO dead_letters
                    (projection, generation, topic, partition, "offset", key, value, size, reason, timestamp)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                ON CONFLICT DO NOTHING
                """,
                [
                    .text(self.projection), .int(letter.point.generation), .text(self.topic),
                    .int(Int64(letter.partition)), .int(letter.point.offset), PostgresValue(letter.key),
                    PostgresValue(letter.value), PostgresValue(letter.size), .text(letter.reason),
                    .int(letter.timestamp),
                ]
            )
        }
    }

    /// Writes gaps inside an open transaction; those that are known already are left alone.
    func write(_ gaps: [Gap], on connection: PostgresConnection) throws(PostgresError) {
        for gap in gaps {
            try connection.query(
                """
                INSERT INTO gaps (projection, partition, generation, from_offset, to_generation, to_offset, kind,
                    from_timestamp, to_timestamp)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT DO NOTHING
                """,
                [
                    .text(self.projection), .int(Int64(gap.partition)), .int(gap.from.generation),
                    .int(gap.from.offset), .int(gap.to.generation), .int(gap.to.offset), .text(gap.kind.rawValue),
                    PostgresValue(gap.fromTimestamp), PostgresValue(gap.toTimestamp),
                ]
            )
        }
    }
}
