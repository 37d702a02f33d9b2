extension JSONRule where Value == Int64 {
    /// A whole number in the range; `5.0` is one, `5.5` is not.
    package static func integer(_ range: ClosedRange<Int64> = Int64.min...Int64.max) -> JSONRule<Int64> {
        JSONRule { value, pointer, findings in
            let number: Int64
            switch value {
            case .integer(let integer): number = integer
            case .real(let real):
                guard let integer = Int64(exactly: real) else {
                    findings.add(pointer, "Must be a whole number.")
                    return nil
                }
                number = integer
            default:
                findings.add(pointer, "Must be a whole number, not \(value.kind).")
                return nil
            }
            guard range.contains(number) else {
                findings.add(pointer, "Must be between \(range.lowerBound) and \(range.upperBound).")
                return nil
            }
            return number
        }
    }

    /// A duration in seconds, decimals allowed, as whole milliseconds in the range.
    ///
    /// More than three decimals are a fault: nothing is rounded behind the sender's back.
    package static func seconds(milliseconds range: ClosedRange<Int64>) -> JSONRule<Int64> {
        JSONRule { value, pointer, findings in
            let seconds: Double
            switch value {
            case .integer(let integer): seconds = Double(integer)
            case .real(let real): seconds = real
            default:
                findings.add(pointer, "Must be a number of seconds, not \(value.kind).")
                return nil
            }
            let exact = seconds * 1000
            let rounded = exact.rounded()
            guard let milliseconds = Int64(exactly: rounded), range.contains(milliseconds) else {
                let (least, most) = (Self.text(range.lowerBound), Self.text(range.upperBound))
                findings.add(pointer, "Must be between \(least) and \(most) seconds.")
                return nil
            }
            guard abs(exact - rounded) <= 1e-6 else {
                findings.add(pointer, "Must be a number of seconds with at most three decimals.")
                return nil
            }
            return milliseconds
        }
    }

    private static func text(_ milliseconds: Int64) -> String {
        var writer = JSONWriter()
        writer.seconds(milliseconds: milliseconds)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONRule where Value == Double {
    /// A finite number in the range.
    package static func number(_ range: ClosedRange<Double>) -> JSONRule<Double> {
        JSONRule { value, pointer, findings in
            let number: Double
            switch value {
            case .integer(let integer): number = Double(integer)
            case .real(let real): number = real
            default:
                findings.add(pointer, "Must be a number, not \(value.kind).")
                return nil
            }
            guard range.contains(number) else {
                findings.add(pointer, "Must be between \(range.lowerBound) and \(range.upperBound).")
                return nil
            }
            return number
        }
    }
}
