import Networking

/// What curl has measured of one exchange, in microseconds.
struct Measurement {
    var phase = HTTPPhase.connect
    var connect: Int64?
    var tls: Int64?
    var firstByte: Int64?
    var status: Int?
    var address: IPAddress?
    var certificateExpiresAt: Int64?
    /// Where a `Location` leads, absolute.
    var redirect: String?
    /// The `errno` of the last system call that failed.
    var systemError: Int32 = 0
}
