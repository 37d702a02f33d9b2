import CRdKafka

/// One line of librdkafka's log.
package struct KafkaLogLine: Sendable {
    /// The syslog level: 3 error, 4 warning, 5 notice, 6 information, 7 debugging.
    package let level: Int
    /// librdkafka's short name of the matter, such as `FAIL` or `CONFWARN`.
    package let facility: String
    /// The line in English.
    package let text: String

    init(level: Int, facility: String, text: String) {
        self.level = level
        self.facility = facility
        self.text = text
    }

    init?(event: OpaquePointer) {
        var facility: UnsafePointer<CChar>?
        var text: UnsafePointer<CChar>?
        var level: Int32 = 0
        guard unsafe rd_kafka_event_log(event, &facility, &text, &level) == 0 else { return nil }
        self.level = Int(level)
        unsafe self.facility = facility.map { unsafe String(cString: $0) } ?? ""
        unsafe self.text = text.map { unsafe String(cString: $0) } ?? ""
    }
}

/// Takes librdkafka's log lines, on the thread that polls the client.
package typealias KafkaLogHandler = @Sendable (KafkaLogLine) -> Void
