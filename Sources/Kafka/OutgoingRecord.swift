/// A record to be written to the log.
package struct OutgoingRecord: Sendable {
    /// One header.
    package struct Header: Sendable {
        /// The header's name.
        package let name: String
        /// The header's value; nil is allowed.
        package let value: [UInt8]?

        /// Makes a header.
        package init(_ name: String, _ value: [UInt8]?) {
            self.name = name
            self.value = value
        }

        /// Makes a header with a text.
        package init(_ name: String, _ value: String) {
            self.init(name, Array(value.utf8))
        }
    }

    /// The topic's name.
    package var topic: String
    /// The partition; nil: by the key's murmur2 hash as in Java's client, a random one without a key.
    package var partition: Int32?
    /// The key; nil: none.
    package var key: [UInt8]?
    /// The value; nil: a tombstone.
    package var value: [UInt8]?
    /// The headers in order.
    package var headers: [Header]
    /// Comes back in the delivery report; below 2⁶³, means nothing here.
    package var token: UInt64

    /// Makes a record.
    package init(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = [],
        token: UInt64 = 0
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.token = token
    }
}
