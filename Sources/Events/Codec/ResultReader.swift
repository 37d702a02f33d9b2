/// Reads a result field by field without a tree in between: the one record that comes 100,000 times a second.
struct ResultReader {
    private var scanner = RecordScanner()
    /// What was read.
    private(set) var found = CheckResult(
        monitor: 0,
        region: "",
        slot: 0,
        startedAt: 0,
        outcome: .unknown,
        pinger: "",
        generation: 0
    )

    private enum Field: UInt32, CaseIterable {
        case v, monitor, region, slot, attempt, startedAt, outcome, reason, phase, code, detail, micros, values, address
        case certificateExpiresAt, pinger, generation

        /// Finds a field by its bytes; the switch over the length keeps the comparisons few.
        static func named(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Field? {
            switch range.count {
            case 1: matches("v", range, bytes) ? .v : nil
            case 4: matches("slot", range, bytes) ? .slot : matches("code", range, bytes) ? .code : nil
            case 5: matches("phase", range, bytes) ? .phase : nil
            case 6:
                matches("region", range, bytes)
                    ? .region
                    : matches("reason", range, bytes)
                        ? .reason
                        : matches("detail", range, bytes)
                            ? .detail
                            : matches("micros", range, bytes)
                                ? .micros
                                : matches("values", range, bytes)
                                    ? .values : matches("pinger", range, bytes) ? .pinger : nil
            case 7:
                matches("monitor", range, bytes)
                    ? .monitor
                    : matches("attempt", range, bytes)
                        ? .attempt
                        : matches("outcome", range, bytes)
                            ? .outcome : matches("address", range, bytes) ? .address : nil
            case 9: matches("startedAt", range, bytes) ? .startedAt : nil
            case 10: matches("generation", range, bytes) ? .generation : nil
            case 20: matches("certificateExpiresAt", range, bytes) ? .certificateExpiresAt : nil
            default: nil
            }
        }
    }

    private static let required: [Field] = [
        .v, .monitor, .region, .slot, .attempt, .startedAt, .outcome, .pinger, .generation,
    ]

    mutating func read(_ bytes: Span<UInt8>) throws(RecordError) {
        try self.scanner.expect(0x7B, bytes, "an object")
        var names = FieldNames()
        if !self.scanner.take(0x7D, bytes) {
            repeat {
                let at = self.scanner.position
                let name = try self.scanner.rawString(bytes)
                try self.scanner.expect(0x3A, bytes, "a colon")
                if let field = Field.named(name, bytes) {
                    try names.add(field.rawValue, at: at)
                    try self.read(field, bytes)
                } else {
                    try names.add(try self.scanner.text(name, bytes), at: at)
                    try self.scanner.skip(bytes)
                }
            } while self.scanner.take(0x2C, bytes)
            try self.scanner.expect(0x7D, bytes, "the end of an object")
        }
        try self.scanner.end(bytes)
        for field in ResultReader.required where !names.has(field.rawValue) { throw .missingField("\(field)") }
    }

    private mutating func read(_ field: Field, _ bytes: Span<UInt8>) throws(RecordError) {
        switch field {
        case .v:
            let version = try self.integer("v", Int64.min...Int64.max, bytes)
            guard version == 1 else { throw .unsupportedVersion(version) }
        case .monitor: self.found.monitor = try self.integer("monitor", Bounds.ids, bytes)
        case .region:
            self.found.region = try self.string("region", 32, bytes)
            try checkRegion(self.found.region)
        case .slot: self.found.slot = try self.time("slot", bytes)
        case .attempt: self.found.attempt = Int(try self.integer("attempt", Bounds.attempts, bytes))
        case .startedAt: self.found.startedAt = try self.time("startedAt", bytes)
        case .outcome: self.found.outcome = try self.word("outcome", Outcome.self, bytes)
        case .pinger: self.found.pinger = try self.string("pinger", 253, bytes)
        case .generation: self.found.generation = try self.integer("generation", Bounds.ids, bytes)
        case .micros: try self.readTimings(bytes)
        default:
            if self.scanner.takeNull(bytes) { return }
            try self.readOptional(field, bytes)
        }
    }

    private mutating func readOptional(_ field: Field, _ bytes: Span<UInt8>) throws(RecordError) {
        switch field {
        case .reason: self.found.reason = try self.word("reason", Reason.self, bytes)
        case .phase: self.found.phase = try self.word("phase", Phase.self, bytes)
        case .code: self.found.code = Int(try self.integer("code", 0...999_999, bytes))
        case .detail: self.found.detail = try self.string("detail", Bounds.detail, bytes)
        case .values: try self.readValues(bytes)
        case .address: self.found.address = try self.string("address", 253, bytes)
        default: self.found.certificateExpiresAt = try self.integer("certificateExpiresAt", 0...(1 << 52), bytes)
        }
    }

    private mutating func readTimings(_ bytes: Span<UInt8>) throws(RecordError) {
        if self.scanner.takeNull(bytes) { return }
        guard self.scanner.peek(bytes) == 0x7B else {
            try self.scanner.skip(bytes)
            throw .wrongType(field: "micros", expected: "an object")
        }
        try self.scanner.expect(0x7B, bytes, "an object")
        guard !self.scanner.take(0x7D, bytes) else { return }
        var names = FieldNames()
        repeat {
            let at = self.scanner.position
            let name = try self.scanner.rawString(bytes)
            try self.scanner.expect(0x3A, bytes, "a colon")
            if let timing = Timing.named(name, bytes) {
                try names.add(timing.rawValue, at: at)
                if self.scanner.takeNull(bytes) { continue }
                switch timing {
                case .dns: self.found.timings.dns = try self.integer("micros.dns", Bounds.micros, bytes)
                case .connect: self.found.timings.connect = try self.integer("micros.connect", Bounds.micros, bytes)
                case .tls: self.found.timings.tls = try self.integer("micros.tls", Bounds.micros, bytes)
                case .firstByte:
                    self.found.timings.firstByte = try self.integer("micros.firstByte", Bounds.micros, bytes)
                case .total: self.found.timings.total = try self.integer("micros.total", Bounds.micros, bytes)
                }
            } else {
                try names.add(try self.scanner.text(name, bytes), at: at)
                try self.scanner.skip(bytes)
            }
        } while self.scanner.take(0x2C, bytes)
        try self.scanner.expect(0x7D, bytes, "the end of an object")
    }

    private mutating func readValues(_ bytes: Span<UInt8>) throws(RecordError) {
        guard case .object(let fields) = try self.scanner.value(bytes, depth: 1) else {
            throw .wrongType(field: "values", expected: "an object")
        }
        try checkLength(fields.count, "values", 0...64)
        var values: [String: Double] = [:]
        for (name, value) in fields {
            try checkLength(name.utf8.count, "values", 1...64)
            switch value {
            case .integer(let number): values[name] = Double(number)
            case .decimal(let number): values[name] = number
            default: throw .wrongType(field: "values", expected: "an object of numbers")
            }
        }
        self.found.values = values
    }

    private mutating func integer(
        _ name: String,
        _ allowed: ClosedRange<Int64>,
        _ bytes: Span<UInt8>
    ) throws(RecordError) -> Int64 {
        let first = self.scanner.peek(bytes)
        guard first == 0x2D || (first >= 0x30 && first <= 0x39) else {
            throw .wrongType(field: name, expected: "an integer")
        }
        let value = try self.scanner.integer(bytes)
        try check(value, name, allowed)
        return value
    }

    private mutating func time(_ name: String, _ bytes: Span<UInt8>) throws(RecordError) -> Int64 {
        let value = try self.integer(name, Int64.min...Int64.max, bytes)
        try checkTime(value, name)
        return value
    }

    private mutating func string(_ name: String, _ limit: Int, _ bytes: Span<UInt8>) throws(RecordError) -> String {
        guard self.scanner.peek(bytes) == 0x22 else { throw .wrongType(field: name, expected: "a string") }
        let text = try self.scanner.string(bytes)
        try checkLength(text.utf8.count, name, 0...limit)
        return text
    }

    private mutating func word<Word: RawRepresentable<String>>(
        _ name: String,
        _ type: Word.Type,
        _ bytes: Span<UInt8>
    ) throws(RecordError) -> Word {
        let text = try self.string(name, 64, bytes)
        guard let word = Word(rawValue: text) else { throw .unknownValue(field: name, value: text) }
        return word
    }
}

/// The phases of `micros`.
private enum Timing: UInt32 {
    case dns, connect, tls, firstByte, total

    static func named(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Timing? {
        switch range.count {
        case 3: matches("dns", range, bytes) ? .dns : matches("tls", range, bytes) ? .tls : nil
        case 5: matches("total", range, bytes) ? .total : nil
        case 7: matches("connect", range, bytes) ? .connect : nil
        case 9: matches("firstByte", range, bytes) ? .firstByte : nil
        default: nil
        }
    }
}

/// The names that an object had so far: none may come twice.
private struct FieldNames {
    private var known: UInt32 = 0
    private var others: [String] = []

    func has(_ field: UInt32) -> Bool { self.known & (1 << field) != 0 }

    mutating func add(_ field: UInt32, at position: Int) throws(RecordError) {
        guard !self.has(field) else { throw .malformed(at: position, expected: "no field twice") }
        self.known |= 1 << field
    }

    mutating func add(_ other: String, at position: Int) throws(RecordError) {
        guard !self.others.contains(other), self.others.count < 64 else {
            throw .malformed(at: position, expected: "no field twice and at most 64 unknown ones")
        }
        self.others.append(other)
    }
}

/// Whether the bytes of `range` are `name`.
private func matches(_ name: StaticString, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    name.withUTF8Buffer { buffer in
        for index in 0..<range.count where unsafe buffer[index] != bytes[range.lowerBound + index] { return false }
        return true
    }
}
