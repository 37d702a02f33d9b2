import Events
import Postgres
import Projections

/// The alerter's own tables: state rows and incidents.
struct IncidentBooks: Sendable {
    /// Reads the state of a partition.
    func restore(_ partition: LogPartition, from connection: PostgresConnection) throws -> IncidentState {
        func values(_ table: String) throws(PostgresError) -> [[UInt8]] {
            let rows = try connection.query(
                "SELECT state FROM \(table) WHERE share % $1::int = $2::int",
                [.int(Int64(partition.count)), .int(Int64(partition.number))]
            )
            var values: [[UInt8]] = []
            for row in rows { values.append(Array(try row.text(0).utf8)) }
            return values
        }
        return IncidentState(
            try PartitionState(
                partition: Int(partition.number),
                count: Int(partition.count),
                shares: try values("alerter_shares"),
                monitors: try values("alerter_monitors")
            )
        )
    }

    /// Replaces the state rows that changed; all of a partition where it is told as a whole.
    func writeRows(_ portions: [Portion<IncidentState>], on connection: PostgresConnection) throws(PostgresError) {
        for portion in portions where portion.isWhole {
            for table in ["alerter_monitors", "alerter_shares"] {
                try connection.query(
                    "DELETE FROM \(table) WHERE share % $1::int = $2::int",
                    [.int(Int64(portion.partition.count)), .int(Int64(portion.partition.number))]
                )
            }
        }
        let monitors = portions.flatMap { $0.state.monitorRows }.sorted { $0.key < $1.key }
        let kept = monitors.filter { $0.value.value != nil }
        if !kept.isEmpty {
            try connection.query(
                """
                INSERT INTO alerter_monitors (monitor, share, state)
                SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[])
                ON CONFLICT (monitor) DO UPDATE SET share = excluded.share, state = excluded.state
                """,
                [
                    .ints(kept.map(\.key)), .ints(kept.map { Int64($0.value.share) }),
                    .texts(kept.map { String(decoding: $0.value.value ?? [], as: UTF8.self) }),
                ]
            )
        }
        let gone = monitors.filter { $0.value.value == nil }.map(\.key)
        if !gone.isEmpty {
            try connection.query("DELETE FROM alerter_monitors WHERE monitor = ANY ($1::bigint[])", [.ints(gone)])
        }
        let shares = portions.flatMap { $0.state.shareRows }.sorted { $0.key < $1.key }
        guard !shares.isEmpty else { return }
        try connection.query(
            """
            INSERT INTO alerter_shares (share, state) SELECT * FROM unnest($1::smallint[], $2::text[])
            ON CONFLICT (share) DO UPDATE SET state = excluded.state
            """,
            [.ints(shares.map { Int64($0.key) }), .texts(shares.map { String(decoding: $0.value, as: UTF8.self) })]
        )
    }

    /// Writes what is new of incidents; what is known already stays, so that a replay changes nothing.
    func writeNews(_ news: [IncidentState.News], on connection: PostgresConnection) throws(PostgresError) {
        var incidents: [String: (Incident, Monitor)] = [:]
        var actions: [(incident: String, action: Action)] = []
        for item in news {
            switch item.event {
            case .incident(let incident, let monitor, _): incidents[incident.id] = (incident, monitor)
            case .acted(let incident, let action): actions.append((incident, action))
            case .monitoring: break
            }
        }
        try self.write(incidents.values.sorted { $0.0.id < $1.0.id }, on: connection)
        try self.write(actions, on: connection)
    }

    private func write(_ incidents: [(Incident, Monitor)], on connection: PostgresConnection) throws(PostgresError) {
        guard !incidents.isEmpty else { return }
        try connection.query(
            """
            INSERT INTO incidents AS i (id, monitor, name, target, started_ms, confirmed_ms, ended_ms, resolution, reason,
                detail, regions)
            SELECT id, monitor, name, target, started, confirmed, nullif(ended, -1), resolution, reason, detail,
                string_to_array(regions, ',')
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::text[], $9::text[], $10::text[], $11::text[])
                AS n (id, monitor, name, target, started, confirmed, ended, resolution, reason, detail, regions)
            ON CONFLICT (id) DO UPDATE SET ended_ms = coalesce(i.ended_ms, excluded.ended_ms),
                resolution = coalesce(i.resolution, excluded.resolution)
            """,
            [
                .texts(incidents.map(\.0.id)), .ints(incidents.map(\.0.monitor)), .texts(incidents.map(\.1.name)),
                .texts(incidents.map(\.1.target)), .ints(incidents.map(\.0.startedAt)),
                .ints(incidents.map(\.0.confirmedAt)), .ints(incidents.map { $0.0.endedAt ?? -1 }),
                .texts(incidents.map { $0.0.resolution?.rawValue }), .texts(incidents.map { $0.0.reason?.rawValue }),
                .texts(incidents.map(\.0.detail)), .texts(incidents.map { $0.0.regions.joined(separator: ",") }),
            ]
        )
    }

    private func write(
        _ actions: [(incident: String, action: Action)],
        on connection: PostgresConnection
    ) throws(PostgresError) {
        for (incident, action) in actions {
            try connection.query(
                """
                INSERT INTO incident_actions (incident, at_ms, verb, person, text) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT DO NOTHING
                """,
                [
                    .text(incident), .int(action.at), .text(action.verb.rawValue), .text(action.person),
                    PostgresValue(action.text),
                ]
            )
            guard action.verb == .acknowledge else { continue }
            try connection.query(
                """
                UPDATE incidents SET acknowledged_ms = $2, acknowledged_by = $3
                WHERE id = $1 AND acknowledged_ms IS NULL
                """,
                [.text(incident), .int(action.at), .text(action.person)]
            )
        }
    }
}
