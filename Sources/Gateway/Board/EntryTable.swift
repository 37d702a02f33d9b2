/// Where a monitor stands in an ``EntryTable``; another one may stand there once it is gone.
typealias Slot = Int32

/// The entries of the board by slot, in pieces: a change beside a copy that somebody reads copies one piece only.
struct EntryTable: Sendable {
    private static let pieceSize = 256

    private var pieces: [[BoardEntry?]] = []

    /// The entry in a slot; `nil`: it is free.
    subscript(slot: Slot) -> BoardEntry? {
        get { self.pieces[Int(slot) / Self.pieceSize][Int(slot) % Self.pieceSize] }
        set { self.pieces[Int(slot) / Self.pieceSize][Int(slot) % Self.pieceSize] = newValue }
    }

    /// Adds free slots, and returns them.
    mutating func grow() -> Range<Slot> {
        let first = self.pieces.count * Self.pieceSize
        self.pieces.append(Array(repeating: nil, count: Self.pieceSize))
        return Slot(first)..<Slot(first + Self.pieceSize)
    }
}
