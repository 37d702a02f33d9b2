/// One thing that `apus` can do.
///
/// A verb is one file in `Verbs/` and one line in ``Verbs/all``.
protocol Verb {
    /// What is typed after `apus`.
    static var name: String { get }
    /// A sentence without a full stop for the list of verbs.
    static var summary: String { get }
    /// What may be given besides options, as `URL`; empty: nothing.
    static var operands: String { get }
    /// How many operands may be given.
    static var operandCount: ClosedRange<Int> { get }
    /// The paragraphs of the manual page.
    static var description: [String] { get }
    /// The options it takes besides `--help`.
    static var options: [VerbOption] { get }
    /// Does it; the result is the exit code.
    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32
}

extension Verb {
    static var operands: String { "" }
    static var operandCount: ClosedRange<Int> { 0...0 }
}

/// An option of a verb.
struct VerbOption: Sendable {
    /// With its dashes, as `--listen`.
    let name: String
    /// What its value stands for, as `HOST:PORT`; nil: it takes none.
    let value: String?
    /// Whether it may be given several times.
    let isRepeatable: Bool
    /// What it does and its default.
    let meaning: String

    init(_ name: String, value: String? = nil, isRepeatable: Bool = false, _ meaning: String) {
        self.name = name
        self.value = value
        self.isRepeatable = isRepeatable
        self.meaning = meaning
    }
}

/// Why a verb could not do its work, in words for the person who typed it.
struct VerbError: Error {
    /// One sentence: what was expected and what was found.
    let message: String
    /// What to do now; empty when the message says it.
    let hint: String
    /// The exit code, after `sysexits.h`.
    let code: Int32

    init(_ message: String, hint: String = "", code: Int32) {
        self.message = message
        self.hint = hint
        self.code = code
    }
}
