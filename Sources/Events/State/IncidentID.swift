/// Ids that are made from what they name, so that a replay makes the same ones (design §2.3).
package enum IncidentID {
    /// `inc_` and the 26 characters of base32 (RFC 4648, lower case) of the 128-bit FNV-1a hash of `identity`.
    package static func make(_ identity: String) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var rest = FNV1a.hash(identity.utf8)
        var digits: [UInt8] = []
        for _ in 0..<26 {
            digits.append(alphabet[Int(truncatingIfNeeded: rest & 31)])
            rest >>= 5
        }
        return "inc_" + String(decoding: digits.reversed(), as: UTF8.self)
    }
}

/// The 128-bit FNV-1a hash: not cryptographic, but well spread and the same everywhere.
enum FNV1a {
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt128 {
        let prime: UInt128 = 1 << 88 | 0x13B
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in bytes { hash = (hash ^ UInt128(byte)) &* prime }
        return hash
    }
}

/// The identity of a record, from which the ids of what it causes are made.
struct Cause {
    /// The record that is being stepped.
    let record: Record
    /// The region whose result is being judged, if the monitor at hand is the record's own.
    var region: String?

    /// The identity of the event for one of the monitors that it touches.
    func identity(of monitor: Int64) -> String {
        let event =
            switch self.record {
            case .result(let result): "result/\(result.monitor)/\(result.region)/\(result.slot)/\(result.attempt)"
            case .pulse(let pulse): "pulse/\(pulse.region)/\(pulse.share)/\(pulse.time)/\(pulse.pinger)"
            case .change(let change): "change/\(change.monitor)/\(change.generation)"
            case .action(let action): "action/\(action.monitor)/\(action.at)"
            case .push(let push): "push/\(push.monitor)/\(push.at)"
            }
        return "\(event)/\(monitor)"
    }
}
