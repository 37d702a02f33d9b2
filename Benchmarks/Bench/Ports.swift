import Glibc
import Service

/// A port as a process announced it.
func port(_ text: String) throws(BenchError) -> UInt16 {
    guard let port = UInt16(text) else { throw BenchError("'\(text)' is no port") }
    return port
}

/// Waits until somebody answers HTTP on the port.
func waitUntilListening(_ port: UInt16) throws(BenchError) {
    let deadline = MonotonicClock.millis + 20_000
    while try LoopbackHTTP(port: port).send("GET", "/", nil).0 == 0 {
        guard MonotonicClock.millis < deadline else { throw BenchError("nothing listens on port \(port)") }
        usleep(20_000)
    }
}
