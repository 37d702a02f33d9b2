import Glibc

/// Colours and emphasis of what is printed; plain where nobody sees them (https://no-color.org).
struct TextStyle: Sendable {
    /// What a piece of text is to look like.
    enum Ink: Int, Sendable {
        case bold = 1
        case faint = 2
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
    }

    /// Whether escape sequences are written.
    let isColoured: Bool

    /// No colours at all.
    static let plain = TextStyle(isColoured: false)

    /// What suits standard output: coloured on a terminal, unless `NO_COLOR` is set or the terminal is dumb.
    static func standardOutput(_ environment: [String: String]) -> TextStyle {
        let isWanted = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return TextStyle(isColoured: isWanted && isatty(STDOUT_FILENO) == 1)
    }

    /// The text in this ink.
    func paint(_ text: String, _ ink: Ink?) -> String {
        guard self.isColoured, let ink, !text.isEmpty else { return text }
        return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }
}
