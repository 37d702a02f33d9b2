/// What a person did about a monitor or its incident (design §3).
package struct Action: Sendable, Hashable {
    /// Whose monitor.
    package var monitor: Int64
    /// The incident it is about, if any.
    package var incident: String?
    /// What was done.
    package var verb: Verb
    /// Who did it, as shown to others.
    package var person: String
    /// Their words, if any; at most 2,000 bytes.
    package var text: String?
    /// When, Unix ms.
    package var at: Int64

    /// The things a person can do.
    package enum Verb: String, Sendable, Hashable, CaseIterable {
        case acknowledge, comment, snooze
    }

    /// An action as it is published.
    package init(monitor: Int64, incident: String? = nil, verb: Verb, person: String, text: String? = nil, at: Int64) {
        self.monitor = monitor
        self.incident = incident
        self.verb = verb
        self.person = person
        self.text = text
        self.at = at
    }
}
