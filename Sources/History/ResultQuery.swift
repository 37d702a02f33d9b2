package import Events
package import Postgres

extension HistoryQueries {
    /// Which results of a monitor are wanted; what is left empty excludes none.
    package struct Filter: Sendable, Hashable {
        /// The first slot, Unix ms.
        package var from: Int64?
        /// The slot before which they must lie, Unix ms.
        package var to: Int64?
        /// Only these.
        package var outcomes: Set<Outcome>
        /// Only for these reasons.
        package var reasons: Set<Reason>
        /// Only from there.
        package var region: String?

        /// All results, or those that meet what is given.
        package init(
            from: Int64? = nil,
            to: Int64? = nil,
            outcomes: Set<Outcome> = [],
            reasons: Set<Reason> = [],
            region: String? = nil
        ) {
            self.from = from
            self.to = to
            self.outcomes = outcomes
            self.reasons = reasons
            self.region = region
        }
    }

    /// The order of a list of results.
    package struct ResultOrder: Sendable, Hashable {
        /// By how long they took in all, not by slot; what has no latency comes last in either direction.
        package var isByLatency: Bool
        /// The smallest first.
        package var isAscending: Bool

        /// The newest first, unless something else is said.
        package init(isByLatency: Bool = false, isAscending: Bool = false) {
            self.isByLatency = isByLatency
            self.isAscending = isAscending
        }

        /// Which stands in for a latency that is missing.
        private var last: Int64 { self.isAscending ? .max : -1 }
        private var direction: String { self.isAscending ? "ASC" : "DESC" }

        fileprivate var clause: String {
            let keys = (self.isByLatency ? [self.latency] : []) + ["slot", "region", "attempt"]
            return keys.map { "\($0) \(self.direction)" }.joined(separator: ", ")
        }

        fileprivate var latency: String { "coalesce(total_us, \(self.last))" }

        /// What a result is compared by where latencies are.
        fileprivate func key(_ latency: Int64?) -> Int64 { latency ?? self.last }

        fileprivate var comparison: String { self.isAscending ? ">" : "<" }
    }

    /// Where a page of results ends.
    package struct ResultPlace: Sendable, Hashable {
        /// The last result of the page.
        package var identity: ResultIdentity
        /// How long it took, µs; counts where latencies are the order.
        package var latency: Int64?

        /// Names a place.
        package init(_ identity: ResultIdentity, latency: Int64? = nil) {
            self.identity = identity
            self.latency = latency
        }
    }

    /// Results of a monitor in an order, at most `limit`, after the one at `place`.
    ///
    /// Pages neither skip nor double what was there when the first was read.
    package static func results(
        of monitor: Int64,
        _ filter: Filter = Filter(),
        order: ResultOrder = ResultOrder(),
        after place: ResultPlace? = nil,
        limit: Int,
        on connection: PostgresConnection
    ) throws(PostgresError) -> [StoredResult] {
        var conditions = ["monitor = $1"]
        var parameters: [PostgresValue] = [.int(monitor), .int(Int64(limit))]
        func add(_ condition: (String) -> String, _ value: PostgresValue) {
            parameters.append(value)
            conditions.append(condition("$\(parameters.count)"))
        }
        if let from = filter.from { add({ "slot >= \(DatabaseTime.timestamp("\($0)::bigint"))" }, .int(from)) }
        if let to = filter.to { add({ "slot < \(DatabaseTime.timestamp("\($0)::bigint"))" }, .int(to)) }
        if !filter.outcomes.isEmpty {
            add({ "outcome = ANY (\($0)::text[])" }, .texts(filter.outcomes.map(\.rawValue)))
        }
        if !filter.reasons.isEmpty {
            add({ "reason = ANY (\($0)::text[])" }, .texts(filter.reasons.map(\.rawValue)))
        }
        if let region = filter.region { add({ "region = \($0)" }, .text(region)) }
        if let place {
            let first = parameters.count + 1
            let identity = place.identity
            parameters += [.int(identity.slot), .text(identity.region), .int(Int64(identity.attempt))]
            var keys = ["slot", "region", "attempt"]
            var values = [
                DatabaseTime.timestamp("$\(first)::bigint"), "$\(first + 1)::text", "$\(first + 2)::smallint",
            ]
            if order.isByLatency {
                parameters.append(.int(order.key(place.latency)))
                keys.insert(order.latency, at: 0)
                values.insert("$\(first + 3)::bigint", at: 0)
            }
            conditions.append(
                "(\(keys.joined(separator: ", "))) \(order.comparison) (\(values.joined(separator: ", ")))"
            )
        }
        let rows = try connection.query(
            """
            SELECT \(StoredResult.columns) FROM results WHERE \(conditions.joined(separator: " AND "))
            ORDER BY \(order.clause) LIMIT $2
            """,
            parameters
        )
        var results: [StoredResult] = []
        for row in rows { results.append(try StoredResult(row)) }
        return results
    }
}
