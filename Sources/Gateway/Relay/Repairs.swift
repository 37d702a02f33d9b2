import Events
import Postgres
import Service

/// Turns what a ``Reconciliation`` found into outbox entries, after a second look at each row under its lock.
///
/// Between reading the topic and this, a row may have been edited: then its own entry is on the way already.
enum Repairs {
    /// Everything about monitors.
    static func monitors(_ plan: Reconciliation, _ connection: PostgresConnection) throws {
        for key in plan.rewrite { try self.rewriteMonitor(key, above: nil, connection) }
        for (key, generation) in plan.raise { try self.rewriteMonitor(key, above: generation, connection) }
        for (key, generation) in plan.delete {
            guard let id = Int64(key), try self.definition("monitors", id, connection) == nil else { continue }
            var bytes: [UInt8] = []
            Change.deleted(monitor: id, generation: generation + 1, at: WallClock.millis).encode(into: &bytes)
            try Outbox.add(connection, topic: Topic.monitors, key: key, change: bytes, value: nil)
        }
    }

    /// Everything about channels.
    static func channels(_ plan: Reconciliation, _ connection: PostgresConnection) throws {
        for key in plan.rewrite { try self.rewriteChannel(key, above: nil, connection) }
        for (key, generation) in plan.raise { try self.rewriteChannel(key, above: generation, connection) }
        for key in plan.delete.keys {
            guard let id = Int64(key.dropFirst("channel/".count)) else { continue }
            guard try self.definition("channels", id, connection) == nil else { continue }
            try Outbox.add(connection, topic: Topic.settings, key: key, change: nil, value: nil)
        }
    }

    private static func rewriteMonitor(_ key: String, above seen: Int64?, _ connection: PostgresConnection) throws {
        guard let id = Int64(key), let text = try self.definition("monitors", id, connection) else { return }
        var monitor = try Monitor.decode(text.utf8.span)
        if let seen {
            // An edit of meanwhile has told of itself.
            guard monitor.generation < seen else { return }
            monitor.generation = seen + 1
            monitor.updatedAt = max(WallClock.millis, monitor.updatedAt + 1)
        }
        var value: [UInt8] = []
        monitor.encode(into: &value)
        if seen != nil {
            try connection.query(
                "UPDATE monitors SET generation = $2::bigint, definition = $3::json WHERE id = $1::bigint",
                [.int(id), .int(monitor.generation), .text(String(decoding: value, as: UTF8.self))]
            )
        }
        var change: [UInt8] = []
        Change.defined(monitor).encode(into: &change)
        try Outbox.add(connection, topic: Topic.monitors, key: key, change: change, value: value)
    }

    private static func rewriteChannel(_ key: String, above seen: Int64?, _ connection: PostgresConnection) throws {
        guard let id = Int64(key.dropFirst("channel/".count)) else { return }
        guard let text = try self.definition("channels", id, connection) else { return }
        var channel = try Channel.decode(text.utf8.span)
        if let seen {
            guard channel.generation < seen else { return }
            channel.generation = seen + 1
        }
        var value: [UInt8] = []
        channel.encode(into: &value)
        if seen != nil {
            try connection.query(
                "UPDATE channels SET generation = $2::bigint, definition = $3::json WHERE id = $1::bigint",
                [.int(id), .int(channel.generation), .text(String(decoding: value, as: UTF8.self))]
            )
        }
        try Outbox.add(connection, topic: Topic.settings, key: key, change: nil, value: value)
    }

    private static func definition(
        _ table: String,
        _ id: Int64,
        _ connection: PostgresConnection
    ) throws(PostgresError) -> String? {
        let rows = try connection.query(
            "SELECT definition FROM \(table) WHERE id = $1::bigint FOR UPDATE",
            [.int(id)]
        )
        return try rows.first?.text(0)
    }
}
