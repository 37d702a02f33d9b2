import Events
import HTTPServer
import JSON
import Postgres
import Service

/// The channels' table; every edit tells the topic `settings` in the same transaction.
struct ChannelStore: Sendable {
    private let pool: PostgresPool
    private let sealer: Sealer
    private let onChange: @Sendable () -> Void

    /// A store whose edits rouse the relay by `onChange`.
    init(_ pool: PostgresPool, sealer: Sealer, onChange: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.sealer = sealer
        self.onChange = onChange
    }

    /// All channels, by id; there are few.
    func all() throws -> [Channel] {
        try self.pool.withConnection { connection in
            try connection.query("SELECT definition FROM channels ORDER BY id").map {
                try Channel.decode(try $0.text(0).utf8.span)
            }
        }
    }

    /// One channel; `nil`: there is none.
    func find(_ id: Int64) throws -> Channel? {
        try self.pool.withConnection { try self.read($0, id, lock: false)?.channel }
    }

    /// Adds a channel; the very first is a default one unless `saysDefault`.
    ///
    /// - Parameter isWebhook: whether it belongs to a site, and goes with it (``UnnamedWebhooks``).
    func add(
        _ draft: ChannelDocument.Draft,
        saysDefault: Bool,
        isWebhook: Bool = false,
        by author: Author
    ) throws -> ChannelDocument.Draft {
        try self.change { connection in
            var added = draft
            let row = try connection.query(
                "SELECT nextval(pg_get_serial_sequence('channels', 'id')), NOT EXISTS (SELECT FROM channels)"
            ).first
            added.channel.id = try row?.int64(0) ?? 0
            if try !saysDefault && row?.bool(1) ?? false { added.channel.isDefault = true }
            added.channel.generation = 1
            added.channel.createdAt = WallClock.millis
            let definition = self.definition(&added)
            try connection.query(
                """
                INSERT INTO channels (id, generation, name, type, is_default, enabled, definition, is_webhook)
                VALUES ($1::bigint, 1, $2, $3, $4, $5, $6::json, $7)
                """,
                [
                    .int(added.channel.id), .text(added.channel.name), .text(added.channel.type.rawValue),
                    .bool(added.channel.isDefault), .bool(added.channel.enabled),
                    .text(String(decoding: definition, as: UTF8.self)), .bool(isWebhook),
                ]
            )
            try Outbox.add(connection, topic: Topic.settings, key: added.channel.key, change: nil, value: definition)
            try self.note(nil, added, by: author, connection)
            return added
        }
    }

    /// Edits a channel; throws ``Refusal`` 404 and 412 as ``MonitorStore/edit(_:expected:by:_:)`` does.
    func edit(
        _ id: Int64,
        expected: Int64?,
        by author: Author,
        _ edit: (ChannelDocument.Draft) throws -> ChannelDocument.Draft
    ) throws -> ChannelDocument.Draft {
        try self.change { connection in
            let former = try self.existing(connection, id, expected)
            var edited = try edit(former)
            edited.channel.generation = former.channel.generation + 1
            let definition = self.definition(&edited)
            try connection.query(
                """
                UPDATE channels SET generation = $2::bigint, name = $3, type = $4, is_default = $5, enabled = $6,
                    definition = $7::json, updated_at = now() WHERE id = $1::bigint
                """,
                [
                    .int(id), .int(edited.channel.generation), .text(edited.channel.name),
                    .text(edited.channel.type.rawValue), .bool(edited.channel.isDefault),
                    .bool(edited.channel.enabled), .text(String(decoding: definition, as: UTF8.self)),
                ]
            )
            try Outbox.add(connection, topic: Topic.settings, key: edited.channel.key, change: nil, value: definition)
            try self.note(former, edited, by: author, connection)
            return edited
        }
    }

    /// Deletes a channel.
    ///
    /// - Throws: ``Refusal`` 409 while a monitor names it, since that one might then tell nobody.
    func remove(_ id: Int64, expected: Int64?, by author: Author) throws {
        try self.change { connection in
            let former = try self.existing(connection, id, expected)
            try self.requireUnnamed(id, connection)
            try Self.delete(id, connection)
            try self.note(former, nil, by: author, connection)
        }
    }

    // MARK: Inside a transaction

    /// Some of the monitors that name a channel, by id, at most ten.
    ///
    /// Ask while the channel's row is locked: else a monitor may be given it right afterwards.
    static func monitors(naming id: Int64, _ connection: PostgresConnection) throws(PostgresError) -> [Int64] {
        var monitors: [Int64] = []
        for row in try connection.query(
            """
            SELECT id FROM monitors WHERE definition::jsonb -> 'channels' @> to_jsonb($1::bigint) ORDER BY id LIMIT 10
            """,
            [.int(id)]
        ) {
            monitors.append(try row.int64(0))
        }
        return monitors
    }

    /// Deletes a channel's row and tells the log.
    static func delete(_ id: Int64, _ connection: PostgresConnection) throws(PostgresError) {
        try connection.query("DELETE FROM channels WHERE id = $1::bigint", [.int(id)])
        try Outbox.add(connection, topic: Topic.settings, key: "channel/\(id)", change: nil, value: nil)
    }

    private func change<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        let result: R
        do {
            result = try self.pool.withConnection { connection in
                try connection.withTransaction(attempts: 3) { try body($0) }
            }
        } catch let error as PostgresError where error.isUniqueViolation {
            throw Refusal.taken("/name", "Another channel has this name.")
        }
        self.onChange()
        return result
    }

    /// Notes a change in the audit log; that the URL is another one, not which.
    private func note(
        _ former: ChannelDocument.Draft?,
        _ latter: ChannelDocument.Draft?,
        by author: Author,
        _ connection: PostgresConnection
    ) throws {
        guard let id = (latter ?? former)?.channel.id else { return }
        func document(_ draft: ChannelDocument.Draft) -> [UInt8] {
            var writer = JSONWriter()
            ChannelDocument.write(draft.channel, to: &writer)
            return writer.bytes
        }
        var changes = AuditChange.differences(from: former.map(document), to: latter.map(document))
        if former?.secrets.url != latter?.secrets.url { changes.append(.secret("url")) }
        if former?.secrets.signingSecret != latter?.secrets.signingSecret { changes.append(.secret("secret")) }
        try author.note("channels/\(id)", changes, connection)
    }

    private func requireUnnamed(_ id: Int64, _ connection: PostgresConnection) throws {
        let monitors = try Self.monitors(naming: id, connection)
        guard !monitors.isEmpty else { return }
        let names = monitors.map(String.init).joined(separator: ", ")
        throw Refusal(
            response: .problem(409, "Monitors name this channel (\(names)): give them other channels first.")
        )
    }

    private func existing(
        _ connection: PostgresConnection,
        _ id: Int64,
        _ expected: Int64?
    ) throws -> ChannelDocument.Draft {
        guard let draft = try self.read(connection, id, lock: true) else { throw Refusal.notFound("channel") }
        if let expected, expected != draft.channel.generation { throw Refusal.stale(draft.channel.generation) }
        return draft
    }

    private func read(_ connection: PostgresConnection, _ id: Int64, lock: Bool) throws -> ChannelDocument.Draft? {
        let rows = try connection.query(
            "SELECT definition FROM channels WHERE id = $1::bigint" + (lock ? " FOR UPDATE" : ""),
            [.int(id)]
        )
        guard let row = rows.first else { return nil }
        let channel = try Channel.decode(try row.text(0).utf8.span)
        return ChannelDocument.Draft(channel: channel, secrets: try self.sealer.openChannel(channel.sealed))
    }

    private func definition(_ draft: inout ChannelDocument.Draft) -> [UInt8] {
        draft.channel.sealed = self.sealer.seal(draft.secrets)
        var bytes: [UInt8] = []
        draft.channel.encode(into: &bytes)
        return bytes
    }
}
