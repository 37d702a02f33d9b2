/// One step of the schema: a number, a name and its SQL.
package struct Migration: Sendable {
    /// Its place in the order; the number of its file.
    package let version: Int
    /// What it brings.
    package let name: String
    /// Its statements, without BEGIN and COMMIT: they run inside the transaction of all pending migrations.
    package let sql: String
    /// Tells this text from any other, so that an edited file is noticed.
    package let checksum: String

    /// A migration from the bytes of its file.
    package init(_ version: Int, _ name: String, _ file: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = String(decoding: file, as: UTF8.self)
        // FNV-1a: it guards against mistakes, not against malice.
        let hash = file.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        self.checksum = String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// A migration that the database says it has.
struct AppliedMigration {
    let version: Int
    let name: String
    let checksum: String
}

/// Why a database can't be used by this program, in one sentence that says what to do.
package struct SchemaError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
