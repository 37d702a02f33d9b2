import Events
import HTTPClient
import Networking

/// The words that failures are told to people in: one short sentence, nothing secret.
enum Words {
    /// Microseconds as `12 ms` or `1.52 s`.
    static func duration(_ micros: Int64) -> String {
        guard micros >= 1_000_000 else { return "\(max(1, micros / 1_000)) ms" }
        let hundredths = micros / 10_000
        let fraction = hundredths % 100
        if fraction == 0 { return "\(hundredths / 100) s" }
        return
            "\(hundredths / 100).\(fraction % 10 == 0 ? "\(fraction / 10)" : fraction < 10 ? "0\(fraction)" : "\(fraction)") s"
    }

    static func dns(_ failure: DNSFailure) -> String {
        switch failure {
        case .notFound: "the name does not exist"
        case .noData: "the name has no address of the wanted family"
        case .serverFailure: "the name server failed to answer for the name"
        case .refused: "the name server refused to answer for the name"
        case .timeout: "the name servers did not answer in time"
        case .badName: "the name is not a valid host name"
        case .local(let fault): fault
        }
    }

    static func socket(_ failure: SocketFailure) -> String {
        switch failure {
        case .refused: "the connection was refused"
        case .reset: "the connection was reset"
        case .unreachable: "the host is unreachable"
        case .timeout: "the system gave up connecting"
        case .denied(let address): "connections to \(address) are not allowed by the address policy"
        case .local(let code): "the pinger could not open a connection (errno \(code))"
        case .other(let code): "the connection failed (errno \(code))"
        }
    }

    static func timeout(_ phase: Phase, _ limit: Int64) -> String {
        let limit = Words.duration(limit)
        return switch phase {
        case .dns: "the name was not resolved in \(limit)"
        case .connect: "no connection in \(limit)"
        case .tls: "the TLS handshake did not end in \(limit)"
        case .firstByte: "no answer in \(limit)"
        case .total: "the answer was not complete in \(limit)"
        }
    }

    static func certificate(_ fault: HTTPFailure.CertificateFault) -> String {
        switch fault {
        case .expired: "the certificate has expired"
        case .notYetValid: "the certificate is not valid yet"
        case .selfSigned: "the certificate is self-signed"
        case .untrusted: "the certificate is not signed by a trusted authority"
        case .wrongHost: "the certificate is for another name"
        case .other(let code): "the certificate did not verify (OpenSSL's code \(code))"
        }
    }
}
