import Glibc

/// The settings that every process has.
package struct ServiceSettings: Sendable {
    /// This process's name among its peers; empty: none was given.
    package let instance: String
    /// Lines below are not written.
    package let logLevel: LogLevel
    /// How lines are written.
    package let logFormat: LogFormat
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    package let healthListen: HostAndPort

    /// Declares and reads them.
    package init(reading settings: inout SettingsReader) {
        self.instance = settings.value(
            "INSTANCE_ID",
            .text,
            default: "",
            "A name that outlives restarts, as of a StatefulSet's pod; makes the group membership static."
        )
        self.logLevel = settings.value("LOG_LEVEL", .word, default: .info, "The least level of lines that are logged.")
        self.logFormat = settings.value(
            "LOG_FORMAT",
            .word,
            default: .auto,
            "How lines are logged; auto: logfmt on a terminal, json otherwise."
        )
        let listen = settings.value(
            "HEALTH_LISTEN",
            .hostAndPort,
            default: "0.0.0.0:9090",
            "Where /livez, /readyz and /metrics are served; port 0 lets the kernel choose."
        )
        self.healthListen = HostAndPort(listen) ?? HostAndPort(host: "0.0.0.0", port: 9090)
    }

    /// This process's name: `INSTANCE_ID`, or `kind` with host and process, since every container has a process 1.
    package func name(of kind: String) -> String {
        self.instance.isEmpty ? "\(kind)-\(hostName())-\(getpid())" : self.instance
    }
}

/// This machine's or container's name; `unknown` where the kernel does not tell.
package func hostName() -> String {
    String((readText(path: "/proc/sys/kernel/hostname") ?? "unknown").prefix { !$0.isWhitespace })
}
