import Events
import HTTPServer
import JSON

/// Writes a card: the status, and what the dashboard's list shows beside it.
struct CardRendering {
    /// The last results by monitor, the oldest first.
    let recents: [Int64: [Recents.Bar]]
    /// Availability by monitor.
    let availability: [Int64: AvailabilityCache.Figures]
    /// Which channels hear of something.
    let channels: HearingChannels
    /// Unix ms.
    let now: Int64

    /// Writes the card of a monitor.
    func write(_ entry: BoardEntry, to writer: inout JSONWriter) {
        var members = JSONWriter(capacity: 3_072)
        members.member("certificateExpiresAt", time: entry.facts.certificateExpiresAt)
        members.name("degradedAfter")
        members.seconds(milliseconds: entry.facts.degradedAfter)
        members.member("channels", self.channels.hear(of: entry.facts.channels))
        members.name("recent")
        if let bars = self.recents[entry.id] { Self.write(bars, to: &members) } else { members.null() }
        members.name("availability")
        if let figures = self.availability[entry.id] { self.write(figures, to: &members) } else { members.null() }
        // The status is an object that is rendered already; what follows goes before its closing brace.
        var card = entry.body.bytes
        card.removeLast()
        card.append(UInt8(ascii: ","))
        card.append(contentsOf: members.bytes)
        card.append(UInt8(ascii: "}"))
        writer.raw(card)
    }

    /// Arrays of outcome, latency in ms, region and slot in Unix ms: sixty of them a card are to be small.
    private static func write(_ bars: [Recents.Bar], to writer: inout JSONWriter) {
        writer.beginArray()
        for bar in bars {
            writer.beginArray()
            writer.value(bar.outcome.rawValue)
            if let latency = bar.latencyMs {
                writer.milliseconds(microseconds: Int64((latency * 1_000).rounded()))
            } else {
                writer.null()
            }
            writer.value(bar.region)
            writer.value(bar.slot)
            writer.endArray()
        }
        writer.endArray()
    }

    private func write(_ figures: AvailabilityCache.Figures, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, figure) in [("1h", figures.hour), ("24h", figures.day), ("30d", figures.month)] {
            Self.write(name, figure, to: &writer)
        }
        writer.name("regions")
        writer.beginObject()
        for region in figures.regions { Self.write(region.name, region.hour, to: &writer) }
        writer.endObject()
        writer.member("asOf", time: figures.asOf)
        writer.member("stale", figures.isStale(self.now))
        writer.endObject()
    }

    private static func write(_ name: String, _ figure: AvailabilityCache.Figure, to writer: inout JSONWriter) {
        writer.name(name)
        writer.beginObject()
        writer.member("value", figure.value)
        writer.member("coverage", figure.coverage)
        writer.endObject()
    }
}
