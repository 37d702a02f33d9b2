import Crypto
import Glibc
import Service
import Testing

@Suite struct SettingsTests {
    private enum Mode: String, CaseIterable {
        case quick, slow
    }

    @Test func `values are read with their types and defaults`() {
        var reader = SettingsReader(environment: ["PORTS": " a, b,,c ", "COUNT": "7", "MODE": "slow", "EMPTY": ""])
        #expect(reader.value("PORTS", .list, default: [], "m") == ["a", "b", "c"])
        #expect(reader.required("COUNT", .integer(1...10), "m") == 7)
        #expect(reader.value("MODE", SettingType<Mode>.word, default: .quick, "m") == .slow)
        #expect(reader.value("EMPTY", .text, default: "fallback", "m") == "fallback")
        #expect(reader.optional("ABSENT", .flag, "m") == nil)
        #expect(reader.problems.isEmpty)
        #expect(reader.declarations.map(\.name) == ["PORTS", "COUNT", "MODE", "EMPTY", "ABSENT"])
    }

    @Test func `all problems are reported at once`() {
        var reader = SettingsReader(environment: ["COUNT": "70", "FLAG": "yes", "LISTEN": "nowhere"])
        _ = reader.required("BROKERS", .list, "m")
        _ = reader.required("COUNT", .integer(1...10), "m")
        _ = reader.value("FLAG", .flag, default: true, "m")
        _ = reader.value("LISTEN", .hostAndPort, default: "127.0.0.1:1", "m")
        #expect(
            reader.problems.map(\.description) == [
                "BROKERS: expected a list with commas between, found nothing; "
                    + "set BROKERS, or BROKERS_FILE to a file that holds it.",
                "COUNT: expected an integer from 1 to 10, found \"70\"; correct COUNT.",
                "FLAG: expected true or false, found \"yes\"; correct FLAG.",
                "LISTEN: expected an address as host:port, found \"nowhere\"; correct LISTEN.",
            ]
        )
    }

    @Test func `a file holds a secret, which is never shown`() {
        let files = ["/run/secret": "s3cret\n"]
        var reader = SettingsReader(
            environment: ["KEY_FILE": "/run/secret", "GONE_FILE": "/nowhere", "BOTH": "x", "BOTH_FILE": "/run/secret"],
            readFile: { files[$0] }
        )
        let key = reader.required("KEY", .secret, "m")
        _ = reader.required("GONE", .secret, "m")
        _ = reader.required("BOTH", .secret, "m")
        #expect(key.revealed == "s3cret")
        #expect("\(key) \(String(reflecting: key)) \(String(describing: [key]))" == "<secret> <secret> [<secret>]")
        #expect(reader.problems.map(\.name) == ["GONE_FILE", "BOTH"])
        #expect(!reader.problems.description.contains("s3cret"))
    }

    @Test func `the key of secrets must be there and right, and is not shown`() {
        let key = SecretKey()
        var reader = SettingsReader(environment: ["APUS_SECRET_KEY": key.base64])
        #expect(reader.secretKey() == key)
        #expect(reader.problems.isEmpty)
        var missing = SettingsReader(environment: [:])
        _ = missing.secretKey()
        #expect(missing.problems.count == 1)
        var short = SettingsReader(environment: ["APUS_SECRET_KEY": "c2hvcnQ="])
        _ = short.secretKey()
        #expect(short.problems.count == 1)
        #expect(short.problems.first?.description.contains("c2hvcnQ") == false)
    }

    @Test func `a process without an instance id is named by host and process`() {
        var reader = SettingsReader(environment: [:])
        #expect(ServiceSettings(reading: &reader).name(of: "gateway") == "gateway-\(hostName())-\(getpid())")
        var named = SettingsReader(environment: ["INSTANCE_ID": "gateway-0"])
        #expect(ServiceSettings(reading: &named).name(of: "gateway") == "gateway-0")
    }

    @Test func `properties of librdkafka pass through`() {
        let files = ["/p": "pass\n"]
        var reader = SettingsReader(
            environment: [
                "KAFKA_BROKERS": "b:1", "KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SASL_PASSWORD_FILE": "/p",
                "OTHER": "1",
            ],
            readFile: { files[$0] }
        )
        #expect(reader.kafkaProperties() == ["security.protocol": "SSL", "sasl.password": "pass"])
    }

    @Test func `an address is host and port`() {
        #expect(HostAndPort("127.0.0.1:80")?.port == 80)
        #expect(HostAndPort("[::1]:80")?.description == "[::1]:80")
        #expect(HostAndPort(":80")?.host == "")
        for wrong in ["80", "a:b", "a:70000", "::1:80", "http://a:80", ""] { #expect(HostAndPort(wrong) == nil) }
    }

    @Test func `help lists every declaration`() {
        var reader = SettingsReader(environment: [:])
        _ = reader.required("KAFKA_BROKERS", .list, "Where the log is; the first brokers to ask.")
        _ = reader.value("COUNT", .integer(1...10), default: 3, "How many.")
        let help = SettingsHelp(name: "pinger", summary: "probes targets", declarations: reader.declarations).text
        #expect(help == goldenHelp)
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func `a default that is empty is none`() {
        var reader = SettingsReader(environment: [:])
        _ = reader.value("CANARIES", .list, default: [], "Whom to ask.")
        let help = SettingsHelp(name: "pinger", summary: "probes targets", declarations: reader.declarations).text
        #expect(help.contains("Default: not set."))
    }
}

private let goldenHelp = """
    NAME
        pinger - probes targets

    SYNOPSIS
        pinger [--help | --version]

    DESCRIPTION
        All settings are variables of the environment, checked at the start; all
        problems are reported at once. NAME_FILE names a file that holds the value
        of NAME, for secrets. An empty variable counts as not set.

    ENVIRONMENT
        KAFKA_BROKERS
            Where the log is; the first brokers to ask.
            Type: a list with commas between. Default: required.

        COUNT
            How many.
            Type: an integer from 1 to 10. Default: 3.

    EXIT STATUS
        0   stopped by SIGTERM or SIGINT, everything was finished
        64  the command line is wrong
        69  something that is needed can't be had, as a port or a server
        70  a fault, or not stopped within 10 seconds
        78  the settings are wrong; standard error says which and how to mend them

    """
