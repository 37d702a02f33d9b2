/// Rows in aligned columns; what comes from elsewhere is shown without its control characters.
struct TextTable {
    /// One field of a row.
    struct Cell {
        let text: String
        let ink: TextStyle.Ink?

        /// A field; control characters, with which a name could rewrite the screen, become spaces.
        init(_ text: String, _ ink: TextStyle.Ink? = nil) {
            self.text = TextTable.printable(text)
            self.ink = ink
        }
    }

    private let header: [String]
    private var rows: [[Cell]] = []

    /// A table without rows.
    init(_ header: String...) {
        self.header = header
    }

    /// Appends a row, a cell for each column.
    mutating func add(_ cells: [Cell]) {
        self.rows.append(cells)
    }

    /// The lines with their line feeds: the header faint, two spaces between columns, none at the end of a line.
    func text(_ style: TextStyle) -> String {
        let widths = self.header.indices.map { column in
            self.rows.reduce(self.header[column].count) { max($0, $1[column].text.count) }
        }
        let lines = [self.header.map { Cell($0, .faint) }] + self.rows
        return lines.map { Self.line($0, widths, style) + "\n" }.joined()
    }

    private static func line(_ cells: [Cell], _ widths: [Int], _ style: TextStyle) -> String {
        let last = cells.lastIndex { !$0.text.isEmpty } ?? 0
        var line = ""
        for (column, cell) in cells.enumerated().prefix(last + 1) {
            line += style.paint(cell.text, cell.ink)
            if column < last { line += String(repeating: " ", count: widths[column] - cell.text.count + 2) }
        }
        return line
    }

    /// The text with a space for each control character.
    static func printable(_ text: String) -> String {
        String(text.map { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? $0 : " " })
    }
}
