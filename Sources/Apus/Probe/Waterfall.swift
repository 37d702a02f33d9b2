import Events

/// The phases of one attempt as bars, each beginning where the one before it ended.
enum Waterfall {
    private static let eighths: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// One phase with its duration, µs.
    struct Bar: Equatable {
        let name: String
        let micros: Int64
    }

    /// The phases that took place, in order; what the named ones leave of the whole is the transfer, or the phase
    /// that did not end.
    static func bars(_ timings: Timings, failedIn phase: Phase?) -> [Bar] {
        let named = [
            ("dns", timings.dns), ("connect", timings.connect), ("tls", timings.tls), ("first byte", timings.firstByte),
        ]
        var bars = named.compactMap { name, micros in micros.map { Bar(name: name, micros: $0) } }
        guard let total = timings.total else { return bars }
        let rest = total - bars.reduce(0) { $0 + $1.micros }
        let unfinished = phase.flatMap { phase in bars.contains { $0.name == self.name(phase) } ? nil : phase }
        if let unfinished, unfinished != .total {
            bars.append(Bar(name: self.name(unfinished), micros: max(rest, 0)))
        } else if timings.firstByte != nil {
            bars.append(Bar(name: "transfer", micros: max(rest, 0)))
        }
        return bars
    }

    /// The lines with their line feeds, each bar to scale on `width` columns.
    static func text(_ timings: Timings, failedIn phase: Phase?, width: Int = 40, _ style: TextStyle) -> String {
        let bars = self.bars(timings, failedIn: phase)
        guard let total = timings.total, !bars.isEmpty else { return "" }
        var lines = ""
        var start: Int64 = 0
        for bar in bars {
            let drawn = self.draw(from: start, for: bar.micros, of: max(total, 1), width)
            lines += self.line(bar.name, style.paint(drawn, .blue), drawn.count, bar.micros, width)
            start += bar.micros
        }
        return lines + self.line("total", String(repeating: " ", count: width), width, total, width)
    }

    /// Spaces up to where the phase begins, then blocks as long as it took; a sliver at least.
    private static func draw(from start: Int64, for micros: Int64, of total: Int64, _ width: Int) -> String {
        let scale = Int64(width * 8)
        let first = min(Int(start * scale / total), width * 8 - 1)
        let last = min(Int((start + micros) * scale / total), width * 8)
        let column = first / 8
        // A bar begins on a whole column: there are no blocks that are empty on their left.
        let length = max(last - column * 8, 1)
        var bar = String(repeating: " ", count: column) + String(repeating: "█", count: length / 8)
        if length % 8 > 0, column + length / 8 < width { bar.append(self.eighths[length % 8 - 1]) }
        return bar
    }

    private static func line(_ name: String, _ bar: String, _ columns: Int, _ micros: Int64, _ width: Int) -> String {
        let duration = Spoken.latency(micros: micros)
        return "  " + name + String(repeating: " ", count: max(0, 11 - name.count)) + bar
            + String(repeating: " ", count: max(0, width - columns) + max(1, 9 - duration.count)) + duration + "\n"
    }

    private static func name(_ phase: Phase) -> String {
        switch phase {
        case .dns: "dns"
        case .connect: "connect"
        case .tls: "tls"
        case .firstByte: "first byte"
        case .total: "transfer"
        }
    }
}
