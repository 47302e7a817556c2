extension LogicalFlow {
    /// What a flow does, whatever the values in it are: every constant, and every list of them, is `#`. What DHCP answers with is
    /// left out as long as each option is one that OVN has, with one constant or list.
    package func shape(options: Set<String>) -> String {
        "\(Self.shape(of: match, options)) → \(Self.shape(of: actions, options))"
    }

    private static func shape(of text: String, _ options: Set<String>) -> String {
        var words: [String] = []
        var rest = constantsReplaced(OVNToken.all(of: text))[...]
        while let word = rest.popFirst() {
            words.append(word)
            guard ["put_dhcp_opts", "put_dhcpv6_opts"].contains(word), rest.first == "(" else { continue }
            words.append(rest.removeFirst())
            // name = #, name = #, …
            while rest.count >= 3, options.contains(rest[rest.startIndex]), rest[rest.startIndex + 1] == "=",
                rest[rest.startIndex + 2] == "#"
            {
                rest = rest.dropFirst(3)
                if rest.first == "," { rest.removeFirst() }
            }
        }
        return words.joined(separator: " ")
    }

    private static func constantsReplaced(_ tokens: [OVNToken]) -> [String] {
        var words: [String] = []
        var rest = tokens[...]
        while let token = rest.popFirst() {
            if token == .symbol("{"), let length = constantList(rest) {
                rest = rest.dropFirst(length)
                words.append("#")
            } else if token.isConstant {
                words.append("#")
            } else {
                words.append(token.text)
            }
        }
        return words
    }

    /// The number of tokens up to and with the brace that ends a list of constants; nil where there is something else in it.
    private static func constantList(_ tokens: ArraySlice<OVNToken>) -> Int? {
        var length = 0
        for token in tokens {
            length += 1
            if token == .symbol("}") { return length }
            guard token.isConstant || token == .symbol(",") else { return nil }
        }
        return nil
    }
}

extension OVNToken {
    fileprivate var text: String {
        switch self {
        case .name(let name): name
        case .reference(let name): "$\(name)"
        case .symbol(let symbol): symbol
        case .error(let reason): "<\(reason)>"
        case .string, .integer, .ethernet, .ipv4, .ipv6, .masked: "#"
        }
    }
}
