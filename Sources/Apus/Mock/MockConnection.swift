/// One client of a mock.
struct MockConnection {
    /// What was read and not yet understood.
    var input: [UInt8] = []
    /// Bytes of a body that are still to be read and thrown away.
    var bodyLeft = 0
    /// What is to be written.
    var output: [UInt8] = []
    /// Whether an answer is due later, or never: until then nothing more is read.
    var isWaiting = false
    /// Whether the connection ends when `output` is written.
    var endsAfterOutput = false
    /// Tells this connection from a later one with the same descriptor.
    let serial: Int
}

/// An answer that is due later.
struct MockDelayed {
    let due: Int64
    let descriptor: Int32
    let serial: Int
    let bytes: [UInt8]
}
