import Events
import JSON
import Postgres
import Service

/// The monitors' table: every edit makes a new generation and tells the log in the same transaction (design §3).
struct MonitorStore: Sendable {
    private let pool: PostgresPool
    private let sealer: Sealer
    /// Called after a commit that left something for the relay; must not wait.
    private let onChange: @Sendable () -> Void

    /// A store whose edits rouse the relay by `onChange`.
    init(_ pool: PostgresPool, sealer: Sealer, onChange: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.sealer = sealer
        self.onChange = onChange
    }

    /// One monitor; `nil`: there is none.
    func find(_ id: Int64) throws -> MonitorDocument.Draft? {
        try self.pool.withConnection { try self.read($0, id, lock: false) }
    }

    /// Monitors in the order of their ids after `after`, at most `limit`.
    func page(after: Int64, limit: Int) throws -> [MonitorDocument.Draft] {
        try self.pool.withConnection { connection in
            try connection.query(
                "SELECT definition FROM monitors WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint",
                [.int(after), .int(Int64(limit))]
            ).map { try self.draft($0.text(0)) }
        }
    }

    /// Adds a monitor; gives it its id, generation and times.
    func add(_ draft: MonitorDocument.Draft, by author: Author) throws -> MonitorDocument.Draft {
        let added = try self.change { connection in
            var added = draft
            let row = try connection.query("SELECT nextval(pg_get_serial_sequence('monitors', 'id'))").first
            added.monitor.id = try row?.int64(0) ?? 0
            added.monitor.generation = 1
            added.monitor.createdAt = WallClock.millis
            added.monitor.updatedAt = added.monitor.createdAt
            try self.check(added.monitor, connection)
            let definition = try self.definition(&added)
            try connection.query(
                "INSERT INTO monitors (id, generation, definition) VALUES ($1::bigint, 1, $2::json)",
                [.int(added.monitor.id), .text(String(decoding: definition, as: UTF8.self))]
            )
            try self.announce(.defined(added.monitor), definition, connection)
            let changes = self.changes(from: nil, to: added)
            try author.note("monitors/\(added.monitor.id)", changes, connection)
            return added
        }
        return added
    }

    /// Edits a monitor by `edit`, which sees it as it is; `expected` is the generation the client knows, if it says.
    ///
    /// What changes nothing makes no generation.
    ///
    /// - Throws: ``Refusal`` 404 where there is none, 412 where it has another generation.
    func edit(
        _ id: Int64,
        expected: Int64?,
        by author: Author,
        _ edit: (MonitorDocument.Draft) throws -> MonitorDocument.Draft
    ) throws -> MonitorDocument.Draft {
        try self.change { connection in
            let former = try self.existing(connection, id, expected)
            let edited = try edit(former)
            try self.check(edited.monitor, former: former.monitor, connection)
            return try self.replace(former, with: edited, by: author, connection)
        }
    }

    /// Asks for a check at once: an extra slot in the definition, which keeps its generation (design §2.1).
    func requestCheck(_ id: Int64, by author: Author) throws -> MonitorDocument.Draft {
        try self.change { connection in
            try self.requestCheck(try self.existing(connection, id, nil), by: author, connection)
        }
    }

    /// Deletes a monitor; throws as ``edit(_:expected:by:_:)`` does.
    func remove(_ id: Int64, expected: Int64?, by author: Author) throws {
        try self.change { connection in
            try self.delete(try self.existing(connection, id, expected), by: author, connection)
        }
    }

    /// Does the same to many monitors, in one transaction: to all that there are, or to none.
    func act(_ action: BulkAction, on ids: [Int64], by author: Author) throws -> BulkOutcome {
        try self.change { connection in
            var outcome = BulkOutcome()
            // In one order, so that two of them never wait for each other.
            for id in Set(ids).sorted() {
                guard let draft = try self.read(connection, id, lock: true) else {
                    outcome.failed.append((id, "There is no such monitor."))
                    continue
                }
                try self.act(action, on: draft, by: author, connection)
                outcome.done.append(id)
            }
            return outcome
        }
    }

    // MARK: Inside a transaction

    private func act(
        _ action: BulkAction,
        on draft: MonitorDocument.Draft,
        by author: Author,
        _ connection: PostgresConnection
    ) throws {
        switch action {
        case .pause, .resume:
            var edited = draft
            edited.monitor.enabled = action == .resume
            _ = try self.replace(draft, with: edited, by: author, connection)
        case .delete: try self.delete(draft, by: author, connection)
        case .check: _ = try self.requestCheck(draft, by: author, connection)
        }
    }

    /// Makes a new generation of a monitor, where anything changes.
    private func replace(
        _ former: MonitorDocument.Draft,
        with draft: MonitorDocument.Draft,
        by author: Author,
        _ connection: PostgresConnection
    ) throws -> MonitorDocument.Draft {
        let changes = self.changes(from: former, to: draft)
        guard !changes.isEmpty else { return former }
        var edited = draft
        edited.monitor.generation = former.monitor.generation + 1
        edited.monitor.updatedAt = max(WallClock.millis, former.monitor.updatedAt + 1)
        let definition = try self.definition(&edited)
        try self.write(edited.monitor, definition, connection)
        try self.announce(.defined(edited.monitor), definition, connection)
        let unnamed = Set(former.monitor.channels ?? []).subtracting(edited.monitor.channels ?? [])
        try UnnamedWebhooks.note(unnamed, connection)
        try author.note("monitors/\(edited.monitor.id)", changes, connection)
        return edited
    }

    private func requestCheck(
        _ former: MonitorDocument.Draft,
        by author: Author,
        _ connection: PostgresConnection
    ) throws -> MonitorDocument.Draft {
        var draft = former
        draft.monitor.checkRequestedAt = max(WallClock.millis, (draft.monitor.checkRequestedAt ?? 0) + 1)
        let definition = try self.definition(&draft)
        try self.write(draft.monitor, definition, connection)
        try Outbox.add(
            connection,
            topic: Topic.monitors,
            key: String(draft.monitor.id),
            change: nil,
            value: definition
        )
        try author.note("monitors/\(draft.monitor.id)", [], connection)
        return draft
    }

    private func delete(
        _ draft: MonitorDocument.Draft,
        by author: Author,
        _ connection: PostgresConnection
    ) throws {
        let former = draft.monitor
        try connection.query("DELETE FROM monitors WHERE id = $1::bigint", [.int(former.id)])
        let at = max(WallClock.millis, former.updatedAt + 1)
        let change = Change.deleted(monitor: former.id, generation: former.generation + 1, at: at)
        try self.announce(change, nil, connection)
        try UnnamedWebhooks.note(former.channels ?? [], connection)
        try author.note("monitors/\(former.id)", self.changes(from: draft, to: nil), connection)
    }

    private func change<R>(_ body: (PostgresConnection) throws -> R) throws -> R {
        let result = try self.pool.withConnection { connection in
            try connection.withTransaction(attempts: 3) { try body($0) }
        }
        self.onChange()
        return result
    }

    private func existing(
        _ connection: PostgresConnection,
        _ id: Int64,
        _ expected: Int64?
    ) throws -> MonitorDocument.Draft {
        guard let draft = try self.read(connection, id, lock: true) else { throw Refusal.notFound("monitor") }
        if let expected, expected != draft.monitor.generation {
            throw Refusal.stale(draft.monitor.generation)
        }
        return draft
    }

    private func read(_ connection: PostgresConnection, _ id: Int64, lock: Bool) throws -> MonitorDocument.Draft? {
        let rows = try connection.query(
            "SELECT definition FROM monitors WHERE id = $1::bigint" + (lock ? " FOR UPDATE" : ""),
            [.int(id)]
        )
        return try rows.first.map { try self.draft($0.text(0)) }
    }

    private func draft(_ definition: String) throws -> MonitorDocument.Draft {
        let monitor = try Monitor.decode(definition.utf8.span)
        guard case .http(let settings) = monitor.check else {
            return MonitorDocument.Draft(monitor: monitor, secrets: HTTPSecrets())
        }
        return MonitorDocument.Draft(monitor: monitor, secrets: try self.sealer.openHTTP(settings.sealed))
    }

    /// Seals the secrets into the definition and gives the text that the table and the log carry.
    ///
    /// - Throws: ``JSONFaults`` where no reader of the log would take it: sealed secrets are a third longer than in clear.
    private func definition(_ draft: inout MonitorDocument.Draft) throws -> [UInt8] {
        if case .http(var settings) = draft.monitor.check {
            settings.sealed = self.sealer.seal(draft.secrets)
            draft.monitor.check = .http(settings)
        }
        var bytes: [UInt8] = []
        draft.monitor.encode(into: &bytes)
        do {
            _ = try Monitor.decode(bytes.span)
        } catch {
            throw JSONFaults([JSONFault(pointer: "", detail: "Is too large as a whole; shorten headers or body.")])
        }
        return bytes
    }

    private func write(_ monitor: Monitor, _ definition: [UInt8], _ connection: PostgresConnection) throws {
        try connection.query(
            """
            UPDATE monitors SET generation = $2::bigint, definition = $3::json, check_requested = $4::bigint,
                updated_at = now() WHERE id = $1::bigint
            """,
            [
                .int(monitor.id), .int(monitor.generation), .text(String(decoding: definition, as: UTF8.self)),
                PostgresValue(monitor.checkRequestedAt),
            ]
        )
    }

    private func announce(_ change: Change, _ definition: [UInt8]?, _ connection: PostgresConnection) throws {
        var bytes: [UInt8] = []
        change.encode(into: &bytes)
        try Outbox.add(
            connection,
            topic: Topic.monitors,
            key: String(change.monitor),
            change: bytes,
            value: definition
        )
    }

    /// What an edit changes, as the audit log tells it: what the API shows, and which secrets were set anew.
    private func changes(from former: MonitorDocument.Draft?, to latter: MonitorDocument.Draft?) -> [AuditChange] {
        func document(_ draft: MonitorDocument.Draft) -> [UInt8] {
            var writer = JSONWriter(capacity: 1_024)
            MonitorDocument.write(draft, to: &writer)
            return writer.bytes
        }
        let changes = AuditChange.differences(from: former.map(document), to: latter.map(document))
        let secrets = HTTPDocument.differences(former?.secrets ?? HTTPSecrets(), latter?.secrets ?? HTTPSecrets())
        return changes + secrets.map(AuditChange.secret)
    }

    /// Channels and monitors that are named must exist.
    ///
    /// Those that `former` named already may be gone: that must not stand in the way of another edit.
    private func check(_ monitor: Monitor, former: Monitor? = nil, _ connection: PostgresConnection) throws {
        var faults = try self.missing("channels", monitor.channels ?? [], besides: former?.channels ?? [], connection)
        faults += try self.missing("monitors", monitor.dependsOn, besides: former?.dependsOn ?? [], connection)
        guard faults.isEmpty else { throw JSONFaults(faults) }
    }

    private func missing(
        _ table: String,
        _ ids: [Int64],
        besides former: [Int64],
        _ connection: PostgresConnection
    ) throws -> [JSONFault] {
        guard !Set(ids).isSubset(of: former) else { return [] }
        // Until the commit nobody deletes a channel that he can't see is named.
        let lock = table == "channels" ? " FOR KEY SHARE" : ""
        let rows = try connection.query("SELECT id FROM \(table) WHERE id = ANY($1::bigint[])\(lock)", [.ints(ids)])
        let known = Set(try rows.map { try $0.int64(0) }).union(former)
        let member = table == "channels" ? "channels" : "dependsOn"
        return ids.enumerated().filter { !known.contains($0.element) }.map { index, id in
            JSONFault(pointer: "/\(member)/\(index)", detail: "There is no \(table.dropLast()) \(id).")
        }
    }
}
