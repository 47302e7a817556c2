/// A moment in UTC, to the second. Text is `2024-05-17T09:30:00Z`.
package struct Timestamp: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    /// Nil unless `text` is `YYYY-MM-DDThh:mm:ss`, optionally followed by `Z`, with every part in range.
    package init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: "Z") { bytes.removeLast() }
        guard bytes.count == 19 else { return nil }
        var parts: [Int64] = [0]
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 4, 7, 10, 13, 16:
                let separator = index == 10 ? UInt8(ascii: "T") : index < 10 ? UInt8(ascii: "-") : UInt8(ascii: ":")
                guard byte == separator else { return nil }
                parts.append(0)
            default:
                guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
                parts[parts.count - 1] = parts[parts.count - 1] * 10 + Int64(byte - UInt8(ascii: "0"))
            }
        }
        guard (1...12).contains(parts[1]), parts[2] >= 1, parts[3] < 24, parts[4] < 60, parts[5] < 60 else { return nil }
        let days = Self.days(year: parts[0], month: parts[1], day: parts[2])
        guard Self.date(days: days) == (parts[0], parts[1], parts[2]) else { return nil }
        seconds = ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
    }

    /// The days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years count from March, so that a leap day is
    /// the last of its year; 400 years are 146,097 days.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date that is `days` after 1970-01-01: year, month, day.
    private static func date(days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Calls `body` with the 20 characters of the text.
    func forEachCharacter(_ body: (UInt8) -> Void) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        let (year, month, day) = Self.date(days: days)
        func write(_ value: Int64, then separator: UInt8) {
            body(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10 % 10))
            body(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
            body(separator)
        }
        body(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: year / 1_000 % 10))
        body(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: year / 100 % 10))
        write(year % 100, then: UInt8(ascii: "-"))
        write(month, then: UInt8(ascii: "-"))
        write(day, then: UInt8(ascii: "T"))
        write(rest / 3_600, then: UInt8(ascii: ":"))
        write(rest / 60 % 60, then: UInt8(ascii: ":"))
        write(rest % 60, then: UInt8(ascii: "Z"))
    }
}

extension Timestamp: Comparable {
    package static func < (a: Self, b: Self) -> Bool { a.seconds < b.seconds }
}

extension Timestamp: LosslessStringConvertible {
    package var description: String {
        String(unsafeUninitializedCapacity: 20) { buffer in
            var count = 0
            forEachCharacter {
                buffer[count] = $0
                count += 1
            }
            return count
        }
    }
}
