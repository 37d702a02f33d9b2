import Glibc
import Service

/// What a bench prints: figures one below the other, and for each bar whether it was reached.
enum Report {
    /// Begins a bench.
    static func title(_ text: String) {
        say("\n\(text)")
    }

    /// A line of explanation.
    static func note(_ text: String) {
        say("  \(text)")
    }

    /// A figure.
    static func figure(_ name: String, _ value: String) {
        let padding = String(repeating: " ", count: max(0, 58 - name.count))
        say("  \(name)\(padding)\(value)")
    }

    /// A figure with its bar.
    static func bar(_ name: String, _ value: String, _ bar: String, isReached: Bool) {
        self.figure(name, "\(value)   bar \(bar): \(isReached ? "reached" : "MISSED")")
    }

    /// The machine and how busy it is, which every figure depends on.
    static func machine() {
        let load = (readText(path: "/proc/loadavg") ?? "").split(separator: " ").prefix(3).joined(separator: " ")
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        say("\(Timestamp.rfc3339(WallClock.millis))   \(cores) processors, load \(load)")
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}

/// `value` with so many digits after the point.
func decimal(_ value: Double, _ digits: Int = 1) -> String {
    guard value.isFinite else { return value.isNaN ? "none" : "beyond" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int64((abs(value) * scale).rounded())
    let whole = "\(value < 0 ? "-" : "")\(scaled / Int64(scale))"
    guard digits > 0 else { return whole }
    let rest = String(scaled % Int64(scale))
    return whole + "." + String(repeating: "0", count: digits - rest.count) + rest
}

/// The value in the middle.
func median(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.sorted()[values.count / 2]
}

/// The least value that `share` (0 … 1) of the values don't exceed.
func quantile(_ share: Double, of values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    return values.sorted()[min(values.count - 1, Int(share * Double(values.count)))]
}
