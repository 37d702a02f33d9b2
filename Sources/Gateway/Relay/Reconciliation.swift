/// What must be told again so that a topic says what its table says (design §3): pure.
struct Reconciliation {
    /// A row of the table.
    struct Row: Equatable {
        var generation: Int64
        var checkRequestedAt: Int64?
    }

    /// Keys whose row is to be written again: missing on the topic, older there, or about to leave it.
    var rewrite: [String] = []
    /// Keys that the topic is ahead of, as after a restored backup, with the topic's generation.
    var raise: [String: Int64] = [:]
    /// Keys that the table does not know, with the topic's generation.
    var delete: [String: Int64] = [:]

    /// Nothing to do.
    var isEmpty: Bool { self.rewrite.isEmpty && self.raise.isEmpty && self.delete.isEmpty }

    /// Compares a table with an image of its topic that was read to its end after the table.
    ///
    /// - Parameter pending: keys that the outbox is about to tell; they are left alone.
    init(table: [String: Row], image: TopicImage, pending: Set<String>, endangered: Set<String> = []) {
        for (key, row) in table where !pending.contains(key) {
            guard let seen = image.seen[key] else {
                self.rewrite.append(key)
                continue
            }
            let isOlder =
                seen.generation < row.generation
                || (seen.generation == row.generation && (seen.checkRequestedAt ?? 0) < (row.checkRequestedAt ?? 0))
            if isOlder || (seen.generation == row.generation && endangered.contains(key)) {
                self.rewrite.append(key)
            } else if seen.generation > row.generation {
                self.raise[key] = seen.generation
            }
        }
        for (key, seen) in image.seen where table[key] == nil && !pending.contains(key) {
            self.delete[key] = seen.generation
        }
        self.rewrite.sort()
    }
}
