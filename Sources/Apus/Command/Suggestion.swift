/// Finds what a person may have meant.
enum Suggestion {
    /// The candidate with the fewest edits, nil when none has at most two and fewer than half of its letters.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let scored = candidates.map { (word: $0, edits: self.edits(Array(word.utf8), Array($0.utf8))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= 2 && best.edits * 2 < best.word.utf8.count + 1 ? best.word : nil
    }

    /// How many bytes must be added, removed or replaced (Levenshtein's distance), on at most 64 bytes.
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count <= 64 && right.count <= 64 else { return .max / 2 }
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (right[column] == byte ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
