import Service

/// The processes of `apus up`: their names, programs and environments.
struct ChildPlan: Sendable, Equatable {
    /// One process.
    struct Child: Sendable, Equatable {
        /// As in the merged log.
        let name: String
        /// The program's file name.
        let program: String
        /// What its environment has beyond that of all.
        let variables: [String: String]
    }

    /// In the order in which they start; they stop by ``stopOrder``.
    let children: [Child]

    /// A gateway, a processor, an alerter and one pinger per region named.
    init(regions: [String], listen: HostAndPort, publicURL: String) {
        // Without a group they have their partitions at once (design §6); only the supervisor may say so, since it
        // alone knows that there is one of each.
        let alone = ["APUS_WITHOUT_GROUP": "true"]
        var children = [
            Child(
                name: "gateway",
                program: "gateway",
                variables: ["GATEWAY_LISTEN": listen.description]
            ),
            Child(name: "processor", program: "processor", variables: alone),
            Child(
                name: "alerter",
                program: "alerter",
                variables: alone.merging(["APUS_PUBLIC_URL": publicURL]) { $1 }
            ),
        ]
        var seen: [String: Int] = [:]
        for region in regions {
            seen[region, default: 0] += 1
            let number = seen[region] ?? 1
            let name = "pinger-\(region)" + (number > 1 ? "-\(number)" : "")
            children.append(Child(name: name, program: "pinger", variables: ["PINGER_REGION": region]))
        }
        self.children = children
    }

    /// Who stops after whom: first who takes work in, last who keeps the books.
    static let stopOrder = ["pinger", "gateway", "alerter", "processor"]

    /// A child's whole environment: the user's, then what all share, then its own.
    ///
    /// A variable that is set hides the user's `NAME_FILE`; names and group flags are not handed down.
    static func environment(
        user: [String: String],
        shared: [String: String],
        own: [String: String]
    ) -> [String: String] {
        var environment = user
        for name in ["INSTANCE_ID", "APUS_WITHOUT_GROUP"] { environment[name] = nil }
        for (name, value) in shared.merging(own, uniquingKeysWith: { $1 }) {
            environment[name + "_FILE"] = nil
            environment[name] = value
        }
        return environment
    }
}
