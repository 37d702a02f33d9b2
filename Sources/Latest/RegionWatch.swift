package import Events

/// The last pulse of a region for one share, as Redis holds it under ``LatestKeys/regions``.
package struct RegionWatch: Sendable, Hashable {
    /// The pulse.
    package var pulse: Pulse

    /// Where the time begins in the encoding, counted from 1 as scripts do; it has thirteen digits.
    package static let timeStart = 15

    /// A watch by its last pulse.
    package init(_ pulse: Pulse) {
        self.pulse = pulse
    }

    /// The field of the hash: `region/share`.
    package var field: String { "\(self.pulse.region)/\(self.pulse.share)" }

    /// The watch as JSON; version and time come first, at fixed places.
    package var encoded: [UInt8] {
        var writer = RecordWriter()
        writer.beginObject()
        writer.field("v", 1)
        writer.field("time", self.pulse.time)
        writer.field("region", self.pulse.region)
        writer.field("share", Int64(self.pulse.share))
        writer.field("canary", self.pulse.canary.rawValue)
        writer.name("load")
        writer.decimal(self.pulse.load)
        writer.field("pinger", self.pulse.pinger)
        writer.endObject()
        return writer.bytes
    }

    /// Reads a watch; throws ``RecordError`` where the bytes are none.
    package static func decode(_ bytes: [UInt8]) throws(RecordError) -> RegionWatch {
        RegionWatch(try Pulse.decode(bytes.span))
    }
}
