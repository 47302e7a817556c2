/// A moment in UTC, to the second. Text is `2024-05-17T09:30:00Z`.
package struct Timestamp: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    /// Nil unless `text` is `YYYY-MM-DDThh:mm:ss`, optionally followed by `Z`, with every part in range.
    package init?(_ text: some StringProtocol) {
        let parsed =
            text.utf8.withContiguousStorageIfAvailable { Self(utf8: $0) }
            ?? Array(text.utf8).withUnsafeBufferPointer { Self(utf8: $0) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 19 || text.count == 20 && text[19] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in text[range] {
                guard 48...57 ~= byte else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            1...12 ~= month, day >= 1, hour < 24, minute < 60, second < 60
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        guard Self.date(days: days) == (year, month, day) else { return nil }
        seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
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
    package func forEachCharacter(_ body: (UInt8) -> Void) {
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
