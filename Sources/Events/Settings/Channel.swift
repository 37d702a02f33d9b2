/// Where notifications go; a record of `settings` under `channel/<id>`.
package struct Channel: Sendable, Hashable {
    /// Positive.
    package var id: Int64
    /// What people call it.
    package var name: String
    /// How it is spoken to.
    package var type: Kind
    /// `true`: hears of every monitor that names no channels.
    package var isDefault: Bool
    /// `false`: nothing is sent.
    package var enabled: Bool
    /// ``ChannelSecrets`` as JSON, encrypted with `APUS_SECRET_KEY` and base64-encoded.
    package var sealed: String
    /// When it was created, Unix ms: a channel gets nothing older than itself.
    package var createdAt: Int64
    /// Rises by one with each edit, from 1.
    package var generation: Int64

    /// The kinds of channels.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case webhook, slack, discord
    }

    /// A channel as it is published.
    package init(
        id: Int64,
        name: String,
        type: Kind,
        isDefault: Bool,
        enabled: Bool = true,
        sealed: String,
        createdAt: Int64,
        generation: Int64 = 1
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.isDefault = isDefault
        self.enabled = enabled
        self.sealed = sealed
        self.createdAt = createdAt
        self.generation = generation
    }
}

/// What a channel needs to be reached; in clear only in memory.
package struct ChannelSecrets: Sendable, Hashable {
    /// The URL that is posted to.
    package var url: String
    /// The signing secret, `whsec_` + base64 (webhooks only).
    package var signingSecret: String?
    /// The signing secrets before that one, the newest first; notifications are signed with all for a while, so that
    /// receivers can change.
    package var former: [FormerSecret]

    /// A signing secret that was replaced.
    package struct FormerSecret: Sendable, Hashable {
        /// `whsec_` + base64.
        package var secret: String
        /// Until when notifications are signed with it, too, Unix ms.
        package var until: Int64

        /// A secret that signs until then.
        package init(_ secret: String, until: Int64) {
            self.secret = secret
            self.until = until
        }
    }

    /// How many former secrets sign at most.
    package static let mostFormer = 3

    /// Secrets as they are sealed.
    package init(url: String, signingSecret: String? = nil, former: [FormerSecret] = []) {
        self.url = url
        self.signingSecret = signingSecret
        self.former = former
    }

    /// Takes another signing secret; those before it go on signing, the latest until `until` (Unix ms).
    package mutating func rotate(to secret: String, now: Int64, until: Int64) {
        let latest = self.signingSecret.map { FormerSecret($0, until: until) }
        let lasting = self.former.filter { now < $0.until }
        self.former = Array(([latest].compactMap(\.self) + lasting).prefix(Self.mostFormer))
        self.signingSecret = secret
    }

    /// The secrets to sign with at `now` (Unix ms), the current one first.
    package func signing(now: Int64) -> [String] {
        [self.signingSecret].compactMap(\.self) + self.former.filter { now < $0.until }.map(\.secret)
    }
}
