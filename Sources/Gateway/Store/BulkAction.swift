/// What can be done to many monitors at once.
enum BulkAction: String, Sendable, CaseIterable {
    case pause, resume, delete, check
}

/// What became of the monitors that a ``BulkAction`` was for.
struct BulkOutcome: Sendable, Equatable {
    /// Those to which it was done, or for which nothing was left to do.
    var done: [Int64] = []
    /// The others, with the reason.
    var failed: [(id: Int64, detail: String)] = []

    static func == (left: BulkOutcome, right: BulkOutcome) -> Bool {
        left.done == right.done && left.failed.elementsEqual(right.failed) { $0 == $1 }
    }
}
