/// One event, written once and sent to any number of streams (HTML standard §9.2).
package struct ServerSentEvent: Sendable {
    /// The event as it goes over the wire.
    package let bytes: [UInt8]

    /// Writes an event.
    ///
    /// - Parameters:
    ///   - name: the type of the event, without line ends; nil for `message`.
    ///   - id: what the client sends as `Last-Event-ID` when it comes back, without line ends; nil for none.
    ///   - data: the content, UTF-8; each line becomes a `data:` field.
    package init(name: String? = nil, id: String? = nil, data: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 64)
        if let id { Self.append("id: ", id, to: &bytes) }
        if let name { Self.append("event: ", name, to: &bytes) }
        bytes.append(contentsOf: "data: ".utf8)
        for byte in data where byte != 0x0D {
            bytes.append(byte)
            if byte == 0x0A { bytes.append(contentsOf: "data: ".utf8) }
        }
        bytes.append(contentsOf: "\n\n".utf8)
        self.bytes = bytes
    }

    /// A comment that keeps proxies and dead connections from going unnoticed.
    package static let heartbeat = ServerSentEvent(raw: [UInt8](": \n\n".utf8))

    private init(raw: [UInt8]) { self.bytes = raw }

    private static func append(_ field: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: field.utf8)
        bytes.append(contentsOf: value.utf8.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 })
        bytes.append(0x0A)
    }
}
