/// One region's pulses for one share, or the gateways' for the partition.
struct NaiveWatch {
    /// When the present unbroken row of pulses began, Unix ms.
    var began: Int64
    /// The newest pulse, Unix ms.
    var newest: Int64
    /// Whether the newest pulse said that the canaries are all gone.
    var isBlind: Bool
    /// Whether pulses stopped since `began`.
    var isBroken = false
}
