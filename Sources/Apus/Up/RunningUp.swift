import Glibc
import Service

/// `apus up` from the start of its stores to their end.
struct RunningUp {
    private let log: MergedLog
    private let folder: DataFolder
    private let stores: Stores
    private let supervisor: Supervisor
    /// Kept for the gateway, which listens there whenever it runs.
    private let reserved: BoundSocket
    private let access: GatewayAccess
    private let banner: @Sendable (SignInLink?) -> String

    /// Starts the stores and then the processes.
    init(
        _ options: UpOptions,
        _ folder: DataFolder,
        _ programs: ProgramFolder,
        listen reserved: BoundSocket,
        environment: [String: String]
    ) throws(VerbError) {
        let listen = reserved.address
        // 0.0.0.0 is no address to open, but this machine answers there as well.
        let host = ["0.0.0.0", "::"].contains(listen.host) ? "localhost" : listen.host
        let url = "http://\(HostAndPort(host: host, port: listen.port))\(options.basePath)"
        let plan = ChildPlan(regions: options.regions, listen: listen, publicURL: options.publicURL ?? url)
        let isTerminal = isatty(STDERR_FILENO) == 1
        let rendering = LogRendering(
            isJSON: options.logFormat == .json,
            isColoured: isTerminal,
            width: plan.children.map(\.name.count).max() ?? 0
        )
        let adminKey = if let own = options.adminKey { (key: own, isNew: false) } else { try folder.adminKey() }
        let secretKey = if let own = options.secretKey { own } else { try folder.secretKey() }
        var variables = ["APUS_ADMIN_KEY": adminKey.key.revealed, "APUS_SECRET_KEY": secretKey.revealed]
        self.log = MergedLog(rendering: rendering)
        self.folder = folder
        self.reserved = reserved
        self.stores = try Stores(options, folder: folder, log: self.log)
        variables.merge(self.stores.variables) { $1 }
        try folder.write(Self.beside(environment, variables, url, options), to: "env")
        // The merged log reads the processes' JSON; HEALTH_LISTEN is of no use to several on one machine.
        variables["LOG_FORMAT"] = "json"
        variables["HEALTH_LISTEN"] = "127.0.0.1:0"
        self.supervisor = Supervisor(
            plan,
            programs: programs,
            user: environment,
            variables: variables,
            log: self.log
        )
        self.access = GatewayAccess(url: url, key: adminKey.key)
        let regions = self.stores.isEmbedded ? options.regions.count : nil
        self.banner = { link in
            Banner.text(
                url: url,
                link: link,
                folder: folder.path,
                newKey: adminKey.isNew ? adminKey.key : nil,
                hasOwnKey: options.adminKey != nil,
                regions: regions
            )
        }
    }

    /// Runs until a signal comes, then stops everything; the result is the exit code.
    func runUntilStopped() -> Int32 {
        self.supervisor.start()
        self.log.say("waiting for the gateway")
        var complaint = MonotonicClock.millis + 60_000
        var signal: Int32?
        while signal == nil, !Reachability.accepts(self.reserved.address) {
            if MonotonicClock.millis > complaint {
                self.log.say("the gateway does not answer yet; its lines above say why")
                complaint += 60_000
            }
            signal = Signals.wait(millis: 50)
        }
        if signal == nil {
            let link: SignInLink?
            (link, signal) = self.signInLink()
            self.log.write(self.banner(link))
        }
        if signal == nil { signal = Signals.wait() }
        self.stop(signal ?? SIGTERM)
        return self.supervisor.isMisconfigured ? ExitCode.configuration : 0
    }

    /// A link that signs in; nil when the gateway makes none in time, or a signal came.
    private func signInLink() -> (link: SignInLink?, signal: Int32?) {
        guard let client = try? GatewayClient(self.access) else { return (nil, nil) }
        let patience = MonotonicClock.millis + 3_000
        while MonotonicClock.millis < patience {
            if let link = try? SignInLink(person: nil, client) { return (link, nil) }
            if let signal = Signals.wait(millis: 100) { return (nil, signal) }
        }
        return (nil, nil)
    }

    private func stop(_ signal: Int32) {
        let began = MonotonicClock.millis
        self.log.say("\(Signals.name(signal)): stopping")
        let log = self.log
        _ = DedicatedThread("stop-watch") {
            let second = Signals.wait(millis: 10_000)
            log.say(second == nil ? "10 s have passed: ended at once" : "a second signal: ended at once")
            // The kernel ends every child when its parent is gone.
            _exit(second.map { 128 + $0 } ?? ExitCode.software)
        }
        self.supervisor.stop(millis: 7_000)
        self.stores.stop()
        self.folder.remove("env")
        self.log.say("stopped after \(MonotonicClock.millis - began) ms")
    }

    /// The settings of a further process: what the children share and what the user passes to librdkafka.
    private static func beside(
        _ environment: [String: String],
        _ variables: [String: String],
        _ url: String,
        _ options: UpOptions
    ) -> String {
        var beside = environment.filter { $0.key.hasPrefix("KAFKA_") }
        beside.merge(variables) { $1 }
        beside["APUS_URL"] = url
        beside["APUS_PUBLIC_URL"] = options.publicURL ?? url
        beside["GATEWAY_LISTEN"] = "127.0.0.1:0"
        beside["HEALTH_LISTEN"] = "127.0.0.1:0"
        return EnvironmentFile.text(beside)
    }
}
