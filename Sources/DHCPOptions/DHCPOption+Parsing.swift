import NetAddress

/// Why a text is not a value of an option: the end of a sentence that names both.
package struct DHCPOptionRefusal: Error, Hashable, Sendable {
    package let reason: String
    init(_ reason: String) { self.reason = reason }
}

// A text comes from a client of the API, or from a row that we or ML2/OVN have written: texts may be in quotes and
// lists in braces.
extension DHCPOption {
    package func parse(_ text: String) throws(DHCPOptionRefusal) -> DHCPValue {
        let text = String(text.trimmedOfBlanks)
        let value: DHCPValue
        switch kind {
        case .addresses(let count, let step, inBraces: _): value = try addresses(text, count, step)
        case .flag, .word: value = .flag(try flag(text))
        case .number(let range): value = .number(try number(text, range))
        case .text:
            guard let text = text.isQuoted ? QuotedText(quoted: text) : QuotedText(text) else {
                throw DHCPOptionRefusal(
                    "is not a text of 1 to \(QuotedText.maximumLength) printable characters of ASCII")
            }
            value = .text(text)
        case .domain(let maximum):
            guard let name = names(text)?.first, names(text)?.count == 1, name.text.utf8.count <= maximum else {
                throw DHCPOptionRefusal("is not a domain name of at most \(maximum) characters")
            }
            value = .domains([name])
        case .domains:
            guard let names = names(text) else { throw DHCPOptionRefusal("is not a list of domain names") }
            value = .domains(names)
        case .routes: value = .routes(try routes(text))
        case .mac:
            guard let mac = MACAddress(text), !mac.isMulticast, mac.bits != 0 else {
                throw DHCPOptionRefusal("is not a unicast MAC address")
            }
            value = .mac(mac)
        case .given: throw DHCPOptionRefusal("cannot be set: OVN sends the port's own address and netmask by itself")
        }
        guard version == .v6 || value.encodedLength <= DHCPValue.maximumEncodedLength else {
            throw DHCPOptionRefusal("is longer than the \(DHCPValue.maximumEncodedLength) bytes of a DHCP option")
        }
        return value
    }

    /// Whether a text is the option's addresses but for their version: a value that no packet can carry.
    package func isOfOtherVersion(_ text: String) -> Bool {
        guard case .addresses(let count, let step, inBraces: _) = kind else { return false }
        let items = String(text.trimmedOfBlanks).items
        return count.contains(items.count) && items.count % step == 0
            && items.allSatisfy { IPAddress($0).map { $0.version != version } ?? false }
    }

    private func addresses(
        _ text: String, _ count: ClosedRange<Int>, _ step: Int
    ) throws(DHCPOptionRefusal) -> DHCPValue {
        let addresses = text.items.compactMap { IPAddress($0) }.filter { $0.version == version }
        guard addresses.count == text.items.count, count.contains(addresses.count), addresses.count % step == 0 else {
            let family = version == .v4 ? "IPv4" : "IPv6"
            throw DHCPOptionRefusal(
                count.upperBound == 1
                    ? "is not an \(family) address"
                    : step == 1
                        ? "is not a list of \(count.lowerBound) to \(count.upperBound) \(family) addresses"
                        : "is not a list of pairs of \(family) addresses, at most \(count.upperBound / step)")
        }
        return .addresses(addresses)
    }

    private func flag(_ text: String) throws(DHCPOptionRefusal) -> Bool {
        switch text.lowercased() {
        case "1", "true": return true
        case "0", "false": return false
        default: throw DHCPOptionRefusal("is neither 0 nor 1")
        }
    }

    private func number(_ text: String, _ range: ClosedRange<UInt32>) throws(DHCPOptionRefusal) -> UInt32 {
        guard text.utf8.allSatisfy({ 48...57 ~= $0 }), let number = UInt32(text), range.contains(number) else {
            throw DHCPOptionRefusal("is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func names(_ text: String) -> [DomainName]? {
        guard let text = text.isQuoted ? QuotedText(quoted: text)?.text : text else { return nil }
        let items = text.items
        let names = items.compactMap { DomainName($0) }
        return names.count == items.count ? names : nil
    }

    /// Destinations and next hops in turn. A destination without a length is a single address.
    private func routes(_ text: String) throws(DHCPOptionRefusal) -> [DHCPRoute] {
        let items = text.items
        var routes: [DHCPRoute] = []
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            guard
                let destination = IPPrefix(items[index])
                    ?? IPv4Address(items[index]).flatMap({ IPPrefix(.v4($0), length: 32) }),
                let nexthop = IPv4Address(items[index + 1]), let route = DHCPRoute(destination, nexthop: nexthop)
            else { break }
            routes.append(route)
        }
        guard !routes.isEmpty, 2 * routes.count == items.count else {
            throw DHCPOptionRefusal(
                "is not a list of IPv4 routes, each a destination with its length, a comma, and the next hop")
        }
        return routes
    }
}

extension String {
    fileprivate var isQuoted: Bool { utf8.count >= 2 && utf8.first == UInt8(ascii: "\"") && utf8.last == utf8.first }

    /// Comma-separated items, with or without braces; empty ones included.
    fileprivate var items: [Substring] {
        let isBraced = utf8.count >= 2 && utf8.first == UInt8(ascii: "{") && utf8.last == UInt8(ascii: "}")
        let list = isBraced ? self[utf8.index(after: startIndex)..<utf8.index(before: endIndex)] : self[...]
        return list.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmedOfBlanks)
    }
}

extension StringProtocol where SubSequence == Substring {
    fileprivate var trimmedOfBlanks: Substring {
        var rest = self[startIndex...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
