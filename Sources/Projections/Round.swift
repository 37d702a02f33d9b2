import Postgres

/// One transaction for all partitions of a runner that have something to write (design §6).
struct Round<P: Projection> {
    typealias Held = Holding<P.State>

    /// What became of a round.
    struct Outcome {
        /// The partitions whose changes are committed.
        var committed: [Held] = []
        /// Those that somebody else has taken.
        var fenced: [Held] = []
        /// Those of which the row is not where this runner left it: to be taken anew.
        var unclear: [Held] = []
    }

    let projection: P
    let fence: Fence
    let notes: Notes

    /// Writes and commits, leaving out the partitions that are refused.
    ///
    /// Throws whatever the connection or the projection throws; then it is unknown whether it is committed, and
    /// everything is to be taken anew. Does not touch the holdings.
    func run(_ holdings: [Held], on connection: PostgresConnection) throws -> Outcome {
        var outcome = Outcome()
        var rest = holdings
        var careful = false
        while !rest.isEmpty {
            try connection.script("BEGIN")
            switch try self.fence.move(rest.map(\.move), on: connection) {
            case .refused(let fenced, let unclear):
                try connection.script("ROLLBACK")
                outcome.fenced += rest.filter { fenced.contains($0.partition.number) }
                outcome.unclear += rest.filter { unclear.contains($0.partition.number) }
                rest.removeAll { fenced.contains($0.partition.number) || unclear.contains($0.partition.number) }
            case .moved:
                do {
                    try self.write(rest, careful: careful, on: connection)
                } catch let error as PostgresError where error.isUniqueViolation && !careful {
                    try connection.script("ROLLBACK")
                    careful = true
                    continue
                }
                FaultPoint.beforeCommit.pass()
                try connection.script("COMMIT")
                FaultPoint.afterDatabaseCommit.pass()
                outcome.committed = rest
                return outcome
            }
        }
        return outcome
    }

    private func write(_ holdings: [Held], careful: Bool, on connection: PostgresConnection) throws {
        try self.projection.write(holdings.map(\.portion), careful: careful, on: connection)
        try self.notes.write(holdings.flatMap(\.letters), on: connection)
        try self.notes.write(holdings.flatMap(\.gaps), on: connection)
    }
}
