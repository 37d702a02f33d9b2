import Service

extension VerbArguments {
    /// A duration given in seconds, decimals allowed, as milliseconds in `range`; nil when it was not given.
    func seconds(_ option: String, _ range: ClosedRange<Int64>) throws(VerbError) -> Int64? {
        guard let text = self.value(option) else { return nil }
        // No sign, no exponent, no infinity: what a person would not type is more likely a mistake.
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E }
        guard isPlain, let seconds = Double(text), let millis = Int64(exactly: (seconds * 1_000).rounded()),
            range.contains(millis)
        else {
            let bounds = "\(Spoken.setting(millis: range.lowerBound)) to \(Spoken.setting(millis: range.upperBound))"
            throw VerbError("\(option): expected a number of seconds, \(bounds), found '\(text)'", code: ExitCode.usage)
        }
        return millis
    }

    /// A whole number in `range`; nil when it was not given.
    func integer(_ option: String, _ range: ClosedRange<Int64>) throws(VerbError) -> Int64? {
        guard let text = self.value(option) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw VerbError(
                "\(option): expected \(range.lowerBound) to \(range.upperBound), found '\(text)'",
                code: ExitCode.usage
            )
        }
        return number
    }
}
