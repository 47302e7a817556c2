import HostEndpoints
import NetAddress

/// Names as tags, and back.
extension PortNames {
    /// Neutron's releases have taken 60 characters, later 255.
    static let tagLength = 60
    /// `ovn-ipam` gives a resource no more tags.
    static let tagCount = 50

    /// The tags that a port is to have, sorted: those of `present` that are not the plugin's, and these names as far as there is room.
    package func tags(beside present: [String]) -> (all: [String], omitted: [Omission]) {
        let others = Self.others(present)
        var room = max(0, Self.tagCount - others.count)
        var left = names.map { (name: $0, tags: Self.tags(of: $0)) }
        var all = others
        // The order of names is that of their worth: the last are left out.
        if left.reduce(0, { $0 + $1.tags.count }) > room { left = Self.packed(left) }
        var omitted: [Omission] = []
        for (name, tags) in left {
            guard tags.count <= room else {
                let names = name.split(separator: " ").map(String.init)
                omitted += names.map { Omission(name: $0, reason: "a port has at most \(Self.tagCount) tags") }
                continue
            }
            room -= tags.count
            all += tags
        }
        return (all.sorted(), omitted)
    }

    /// Puts names that are short together, as many in a tag as it takes, in their order; no name has a blank.
    private static func packed(_ names: [(name: String, tags: [String])]) -> [(name: String, tags: [String])] {
        var packed: [(name: String, tags: [String])] = []
        for (name, tags) in names {
            if tags.count == 1, let last = packed.last, last.tags.count == 1 {
                let joined = "\(last.tags[0]) \(tags[0].dropFirst(prefix.count))"
                if joined.utf8.count <= tagLength {
                    packed[packed.count - 1] = ("\(last.name) \(name)", [joined])
                    continue
                }
            }
            packed.append((name, tags))
        }
        return packed
    }

    private static func tags(of name: String) -> [String] {
        let text = encoded(name)
        guard prefix.utf8.count + text.utf8.count > tagLength else { return [prefix + text] }
        let head = "\(prefix)\(name.fingerprint):"
        let parts = text.pieces(of: tagLength - head.utf8.count - "99:99:".utf8.count)
        return parts.enumerated().map { "\(head)\($0.offset + 1):\(parts.count):\($0.element)" }
    }

    /// The names that tags with the prefix say, in no order.
    static func decoded(_ tags: [String]) -> [String] {
        var names: Set<String> = []
        var parts: [PartKey: [Int: [Substring]]] = [:]
        for tag in tags {
            let fields = tag.dropFirst(prefix.count).split(separator: ":", omittingEmptySubsequences: false)
            if fields.count == 1 {
                names.formUnion(fields[0].split(separator: " ").compactMap(decoded))
            } else if let (key, number) = PartKey.read(fields) {
                parts[key, default: [:]][number, default: []].append(fields[3])
            }
        }
        for (key, texts) in parts where texts.count == key.count {
            let text = (1...key.count).compactMap { texts[$0]?.count == 1 ? texts[$0]?[0] : nil }.joined()
            if let name = decoded(Substring(text)), name.fingerprint == key.hash { names.insert(name) }
        }
        return Array(names)
    }

    /// Which name a part is of.
    private struct PartKey: Hashable {
        let hash: String
        let count: Int

        /// `HASH`, `I`, `N`, `PART`, no more parts than the longest name can have.
        static func read(_ fields: [Substring]) -> (Self, Int)? {
            guard fields.count == 4, fields[0].utf8.count == 16, let number = Int(fields[1]),
                let count = Int(fields[2]), (1...99).contains(count), (1...count).contains(number)
            else { return nil }
            return (PartKey(hash: String(fields[0]), count: count), number)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func encoded(_ name: String) -> String {
        var text: [UInt8] = []
        for byte in name.utf8 {
            if isPlain(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), UInt8.hexDigit(UInt64(byte) >> 4), UInt8.hexDigit(UInt64(byte))]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for what is not an encoded name that can be asked.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else if isPlain(byte) {
                bytes.append(byte)
            } else {
                return nil
            }
        }
        let name = String(decoding: bytes, as: UTF8.self)
        return DNSName.problem(name) == nil ? name : nil
    }
}

extension String {
    /// In pieces of at most so many octets, of which each is a character.
    fileprivate func pieces(of size: Int) -> [Substring] {
        var rest = self[...]
        var pieces: [Substring] = []
        while !rest.isEmpty {
            pieces.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return pieces
    }
}
