extension Monitor {
    /// Appends the definition as JSON: the value of topic `monitors`, and part of a ``Change``.
    ///
    /// Durations are in seconds, times in Unix ms, and what is `nil` is left out.
    package func encode(into bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes)
        bytes = []
        self.write(to: &writer)
        bytes = writer.bytes
    }

    /// Reads a definition; unknown fields are ignored, defaults are those of design §4.
    package static func decode(_ bytes: Span<UInt8>) throws(RecordError) -> Monitor {
        try Monitor(Fields(bytes, limit: Bounds.definition))
    }

    func write(to writer: inout RecordWriter) {
        writer.beginObject()
        writer.field("v", 1)
        writer.field("id", self.id)
        writer.field("name", self.name)
        writer.field("type", self.check.type)
        writer.field("target", self.target)
        writer.field("interval", seconds: self.interval)
        writer.field("timeout", seconds: self.timeout)
        if let regions = self.regions { writer.field("regions", regions) }
        writer.field("failureThreshold", Int64(self.failureThreshold))
        writer.field("recoveryThreshold", Int64(self.recoveryThreshold))
        writer.field("retryInterval", seconds: self.retryInterval)
        writer.field("degradedAfter", seconds: self.degradedAfter)
        switch self.quorum {
        case .majority: writer.field("quorum", "majority")
        case .any: writer.field("quorum", "any")
        case .all: writer.field("quorum", "all")
        case .count(let number): writer.field("quorum", Int64(number))
        }
        if let channels = self.channels { writer.field("channels", channels) }
        if let reminder = self.reminderInterval { writer.field("reminderInterval", seconds: reminder) }
        writer.field("dependsOn", self.dependsOn)
        writer.optional("group", self.group)
        writer.field("tags", self.tags)
        writer.field("enabled", self.enabled)
        writer.field("generation", self.generation)
        writer.field("createdAt", self.createdAt)
        writer.field("updatedAt", self.updatedAt)
        writer.optional("checkRequestedAt", self.checkRequestedAt)
        self.check.write(to: &writer)
        writer.endObject()
    }

    init(_ fields: Fields) throws(RecordError) {
        try fields.checkVersion()
        let interval = try fields.seconds("interval", 1_000...86_400_000) ?? 60_000
        let createdAt = try fields.time("createdAt")
        self.init(
            id: try fields.integer("id", Bounds.ids),
            name: try fields.string("name"),
            target: try fields.optionalString("target") ?? "",
            check: try CheckSettings(fields),
            interval: interval,
            timeout: try fields.seconds("timeout", 1...300_000),
            regions: try fields.strings("regions"),
            failureThreshold: Int(try fields.optionalInteger("failureThreshold", 1...1_000) ?? 3),
            recoveryThreshold: Int(try fields.optionalInteger("recoveryThreshold", 1...1_000) ?? 2),
            retryInterval: try fields.seconds("retryInterval", 1...86_400_000),
            degradedAfter: try fields.seconds("degradedAfter", 0...86_400_000) ?? 1_000,
            quorum: try Quorum(fields),
            channels: try fields.integers("channels"),
            reminderInterval: try fields.seconds("reminderInterval", 1...31_536_000_000),
            dependsOn: try fields.integers("dependsOn") ?? [],
            group: try fields.optionalString("group"),
            tags: try fields.strings("tags") ?? [],
            enabled: try fields.bool("enabled", default: true),
            generation: try fields.integer("generation", Bounds.ids),
            createdAt: createdAt,
            updatedAt: try fields.optionalTime("updatedAt"),
            checkRequestedAt: try fields.optionalTime("checkRequestedAt")
        )
        for region in self.regions ?? [] { try checkRegion(region) }
    }
}

extension Quorum {
    fileprivate init(_ fields: Fields) throws(RecordError) {
        switch fields["quorum"] {
        case .none, .string("majority"): self = .majority
        case .string("any"): self = .any
        case .string("all"): self = .all
        case .integer(let number):
            try Events.check(number, "quorum", 1...1_000)
            self = .count(Int(number))
        case .string(let word): throw .unknownValue(field: "quorum", value: word)
        default: throw .wrongType(field: "quorum", expected: "a word or a number")
        }
    }
}

extension CheckSettings {
    fileprivate func write(to writer: inout RecordWriter) {
        switch self {
        case .http(let http):
            writer.field("method", http.method)
            writer.field("statuses", http.statuses.description)
            writer.optional("keyword", http.keyword)
            writer.field("invertKeyword", http.invertKeyword)
            writer.field("maxRedirects", Int64(http.maxRedirects))
            writer.field("verifyTLS", http.verifyTLS)
            writer.field("addressFamily", http.addressFamily.rawValue)
            writer.optional("sealed", http.sealed)
        case .tcp(let tcp): writer.field("addressFamily", tcp.addressFamily.rawValue)
        case .push(let push): writer.field("grace", seconds: push.grace)
        }
    }

    fileprivate init(_ fields: Fields) throws(RecordError) {
        let family = try fields.word("addressFamily", of: AddressFamily.self) ?? .any
        switch try fields.string("type") {
        case "tcp": self = .tcp(TCPCheckSettings(addressFamily: family))
        case "push": self = .push(PushCheckSettings(grace: try fields.seconds("grace", 0...86_400_000) ?? 0))
        case "http":
            let text = try fields.optionalString("statuses") ?? StatusSet.success.description
            guard let statuses = StatusSet(text) else { throw .unknownValue(field: "statuses", value: text) }
            self = .http(
                HTTPCheckSettings(
                    method: try fields.optionalString("method", 1...32) ?? "GET",
                    statuses: statuses,
                    keyword: try fields.optionalString("keyword"),
                    invertKeyword: try fields.bool("invertKeyword", default: false),
                    maxRedirects: Int(try fields.optionalInteger("maxRedirects", 0...20) ?? 10),
                    verifyTLS: try fields.bool("verifyTLS", default: true),
                    addressFamily: family,
                    sealed: try fields.optionalString("sealed", 0...Bounds.definition)
                )
            )
        case let type: throw .unknownValue(field: "type", value: type)
        }
    }
}
