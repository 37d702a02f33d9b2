extension Record {
    /// Reads a record of `monitoring-results`.
    ///
    /// - Parameters:
    ///   - kind: the value of the header ``Topic/kindHeader``; `nil`: a result.
    ///   - key: the record's key; must be the decimal of the monitor, but for pulses, which may have none.
    ///   - value: the record's value; `nil`: a tombstone, which this topic does not know.
    /// - Throws: ``RecordError``, whose description is the reason for `dead_letters`. Never crashes, whatever the bytes.
    package static func decode(kind: String?, key: Span<UInt8>?, value: Span<UInt8>?) throws(RecordError) -> Record {
        guard let value else { throw .tombstone }
        let record: Record
        switch kind {
        case .none: record = .result(try CheckResult.decode(value))
        case "pulse": return .pulse(try Pulse.decode(value))
        case "change": record = .change(try Change.decode(value))
        case "action": record = .action(try Action.decode(value))
        case "push": record = .push(try Push.decode(value))
        case .some(let kind): throw .unknownKind(shortened(kind, to: 64))
        }
        if let monitor = record.monitor { try Record.check(key, monitor) }
        return record
    }

    /// Reads a record as above from pieces that are arrays.
    package static func decode(kind: String?, key: [UInt8]?, value: [UInt8]?) throws(RecordError) -> Record {
        guard let value else { throw .tombstone }
        guard let key else { return try self.decode(kind: kind, key: Span<UInt8>?.none, value: value.span) }
        return try self.decode(kind: kind, key: key.span, value: value.span)
    }

    /// Appends the record's value to `bytes`, which the caller clears and reuses.
    package func encode(into bytes: inout [UInt8]) {
        switch self {
        case .result(let result): result.encode(into: &bytes)
        case .pulse(let pulse): pulse.encode(into: &bytes)
        case .change(let change): change.encode(into: &bytes)
        case .action(let action): action.encode(into: &bytes)
        case .push(let push): push.encode(into: &bytes)
        }
    }

    /// Whose record it is; `nil` for a pulse.
    package var monitor: Int64? {
        switch self {
        case .result(let result): result.monitor
        case .pulse: nil
        case .change(let change): change.monitor
        case .action(let action): action.monitor
        case .push(let push): push.monitor
        }
    }

    /// Refuses a result whose slot lies more than a minute past its record's timestamp (Unix ms): such a record is a
    /// dead letter (design §6), since one wrong clock must not move a monitor's watermark into the future.
    package func checkTime(timestamp: Int64) throws(RecordError) {
        guard case .result(let result) = self, result.slot - Bounds.future > timestamp else { return }
        throw .future(slot: result.slot, timestamp: timestamp)
    }

    private static func check(_ key: Span<UInt8>?, _ monitor: Int64) throws(RecordError) {
        guard let key else { throw .keyMismatch(key: nil, monitor: monitor) }
        if !key.isEmpty, key.count <= 20, key[0] != 0x30, RecordScanner.integer(key.indices, key) == monitor { return }
        guard key.count <= 64, let text = try? UTF8Span(validating: key) else {
            throw .keyMismatch(key: "\(key.count) bytes", monitor: monitor)
        }
        throw .keyMismatch(key: String(copying: text), monitor: monitor)
    }
}
