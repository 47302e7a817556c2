/// A domain name: labels of any bytes. Names that differ only in the case of ASCII letters are equal (RFC 4343); each
/// keeps its own spelling.
///
/// Text is that of RFC 1035 §5.1, `db.example`, always taken as absolute: with and without the last dot it is the same
/// name. `\.` is a dot within a label and `\DDD` the byte of that decimal number.
package struct DNSName: Sendable {
    /// The most octets of a name on the wire, lengths and the root's zero included (RFC 1035 §2.3.4).
    package static let maximumLength = 255
    /// The most octets of a label.
    package static let maximumLabelLength = 63

    /// The name as on the wire, without compression: each label after its length, then the root's zero. A length is
    /// never an ASCII letter, so that all of it may be compared without case.
    package let wire: [UInt8]

    /// Of bytes that are known to be a name on the wire.
    init(checkedWire wire: [UInt8]) { self.wire = wire }

    /// The name of no labels, `.`.
    package static let root = DNSName(checkedWire: [0])

    /// Nil where the text is empty, a label is empty or longer than 63 octets, the name longer than 255 on the wire, or
    /// an escape incomplete. `.` is the root.
    package init?(_ text: String) {
        guard text != "." else {
            self = .root
            return
        }
        var reader = TextReader()
        var text = text
        let isName = text.withUTF8 { bytes in bytes.allSatisfy { reader.take($0) } }
        guard isName, let wire = reader.finish() else { return nil }
        self.wire = wire
    }

    /// This name's labels before those of `parent`: `db` and `net.example` are `db.net.example`. Nil where that is longer
    /// than 255 octets.
    package func appending(_ parent: DNSName) -> DNSName? {
        let length = wire.count - 1 + parent.wire.count
        guard length <= Self.maximumLength else { return nil }
        return DNSName(checkedWire: wire.dropLast() + parent.wire)
    }

    /// The name without its last labels, which are `labels` joined by dots: `db.net.example` without `net.example` is
    /// `db`. Nil where they are not, and where nothing is before them. Case does not matter. `labels` is plain text
    /// without escapes.
    package func dropping(suffix labels: String) -> DNSName? {
        var labels = labels
        return labels.withUTF8 { text in
            // A length before it, a length in place of each dot, a zero behind it.
            let start = wire.count - (text.count + 2)
            guard start > 0, !text.isEmpty else { return nil }
            var boundary = 0
            while boundary < start { boundary += Int(wire[boundary]) + 1 }
            guard boundary == start else { return nil }
            var place = 0
            while true {
                let length = Int(wire[start + place])
                for index in place..<place + length {
                    // An escaped dot within a label is no dot between two.
                    let byte = wire[start + 1 + index]
                    guard byte != UInt8(ascii: "."), byte.lowercasedASCII == text[index].lowercasedASCII else {
                        return nil
                    }
                }
                place += length
                guard place < text.count else { break }
                guard text[place] == UInt8(ascii: ".") else { return nil }
                place += 1
            }
            return DNSName(checkedWire: wire[..<start] + [0])
        }
    }

    /// Whether it has no labels.
    package var isRoot: Bool { wire.count == 1 }
}

extension DNSName: Hashable {
    package static func == (a: DNSName, b: DNSName) -> Bool {
        a.wire.count == b.wire.count
            && a.wire.withUnsafeBufferPointer { left in
                b.wire.withUnsafeBufferPointer { right in
                    left.indices.allSatisfy { left[$0].lowercasedASCII == right[$0].lowercasedASCII }
                }
            }
    }

    package func hash(into hasher: inout Hasher) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: wire.count) { folded in
            for (index, byte) in wire.enumerated() { folded.initializeElement(at: index, to: byte.lowercasedASCII) }
            hasher.combine(bytes: UnsafeRawBufferPointer(folded))
        }
    }
}

extension UInt8 {
    /// The byte, an upper case letter of ASCII as its lower case one. Without a branch: names are hashed per query.
    @inline(__always) var lowercasedASCII: UInt8 { self | (self &- 65 < 26 ? 32 : 0) }
}
