/// How long to wait after an attempt that failed (design §6): soon at first, hourly in the end, for three days.
struct DeliveryBackoff: Sendable {
    /// The pauses after the first, second … attempt, in milliseconds; the last one repeats.
    var pauses: [Int64] = [5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000]
    /// After so many milliseconds it is given up.
    var patience: Int64 = 72 * 3_600_000
    /// Attempts in all when the receiver says that the request itself is wrong.
    var attemptsRefused = 3

    /// The pause after attempt number `attempts` (from 1): between half and all of the planned one.
    func pause(after attempts: Int, using generator: inout some RandomNumberGenerator) -> Int64 {
        let planned = self.pauses[min(max(attempts, 1), self.pauses.count) - 1]
        return Int64.random(in: (planned - planned / 2)...planned, using: &generator)
    }
}
