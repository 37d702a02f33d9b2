import Glibc
import Service

/// `apus up`: the whole product on one machine.
struct UpVerb: Verb {
    static let name = "up"
    static let summary = "runs the whole of Apus on this machine"
    static let description = [
        """
        Starts a private PostgreSQL and Redis, a broker in memory, and the processes gateway, processor, alerter and \
        pinger; starts again what ends, and merges their logs on standard error. Where one cannot run with its \
        settings everything ends with status 78. Ctrl-C ends everything in order, at most 10 seconds later; a second \
        Ctrl-C ends it at once.
        """,
        """
        The data folder keeps everything that outlives a restart. In it, readable by you alone: admin-key, the first \
        administrator's API key, made at the first start; secret-key, which seals secrets (keep a copy: without it they \
        are lost); and, while apus runs, env, the settings with which a further process can be started beside it.
        """,
        """
        The environment's KAFKA_BROKERS, DATABASE_URL and REDIS_URL name stores of your own instead of the private \
        ones. APUS_ADMIN_KEY, APUS_SECRET_KEY, APUS_PUBLIC_URL, LOG_LEVEL and LOG_FORMAT are taken from it too, and \
        all of it is handed to the processes; 'gateway --help' and its like list what they read.
        """,
    ]
    static let options = [
        VerbOption("--data", value: "FOLDER", "The data folder; it is made where it is missing. Default: .apus."),
        VerbOption(
            "--listen",
            value: "HOST:PORT",
            "Where the gateway listens; port 0 lets the kernel choose. Default: 127.0.0.1:8080."
        ),
        VerbOption(
            "--region",
            value: "NAME",
            isRepeatable: true,
            "A pinger of this region; the same name twice gives two that share its work. Default: one, local."
        ),
    ]

    static func run(_ arguments: VerbArguments) throws(VerbError) -> Int32 {
        let environment = processEnvironment()
        let options = try UpOptions(arguments, environment: environment)
        let programs = try ProgramFolder(needing: ["gateway", "processor", "alerter", "pinger"])
        let folder = try DataFolder(options.data)
        let listen = try Self.reserve(options.listen)
        let up = try RunningUp(options, folder, programs, listen: listen, environment: environment)
        return up.runUntilStopped()
    }

    /// Keeps the address for the gateway, once nobody listens there.
    ///
    /// A gateway whose `apus` was killed dies a moment after it, so a busy port is looked at for a second.
    private static func reserve(_ address: HostAndPort) throws(VerbError) -> BoundSocket {
        let end = MonotonicClock.millis + 1_000
        while true {
            do throws(VerbError) {
                return try BoundSocket(address)
            } catch {
                guard MonotonicClock.millis < end && address.port != 0 else { throw error }
                usleep(50_000)
            }
        }
    }
}
