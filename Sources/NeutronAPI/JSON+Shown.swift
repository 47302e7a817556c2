import JSONCoding

extension JSON {
    /// The value as Neutron's messages show what they refuse: a string as it is, everything else as Python prints it. A long one
    /// is cut.
    package var shown: String {
        if case .string(let text) = self { return text.shortened }
        var text = ""
        quote(into: &text)
        return text.shortened
    }

    /// Adds the value as Python prints it inside a list, or as much of it as is ever shown.
    private func quote(into text: inout String) {
        guard text.utf8.count <= String.maximumShown * 4 else { return }
        switch self {
        case .null: text += "None"
        case .boolean(let value): text += value ? "True" : "False"
        case .integer(let value): text += String(value)
        case .number(let value): text += String(value)
        case .string(let value): text += value.pythonQuoted
        case .array(let values):
            text += "["
            for (place, value) in values.prefix(String.maximumShown).enumerated() {
                if place > 0 { text += ", " }
                value.quote(into: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (place, member) in members.sorted(by: { $0.key < $1.key }).prefix(String.maximumShown).enumerated() {
                if place > 0 { text += ", " }
                text += "\(member.key.pythonQuoted): "
                member.value.quote(into: &text)
            }
            text += "}"
        }
    }
}

extension String {
    /// How many characters an error repeats of what a client has said.
    static let maximumShown = 128

    /// The text, or its first characters where it is long: what a client has said can be as large as its request.
    package var shortened: String { shortened(to: Self.maximumShown) }

    func shortened(to maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        let start = unicodeScalars.prefix(maximum)
        return start.endIndex == endIndex ? self : String(start) + "…"
    }

    /// The text in quotes, as Python prints it; a long one is cut.
    var pythonQuoted: String {
        let text = shortened
        let quote = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        return quote + text.map { $0 == "\\" || String($0) == quote ? "\\\($0)" : String($0) }.joined() + quote
    }
}

extension Collection<String> {
    /// `['a', 'b']`, as Neutron's messages show lists; a long one is cut.
    var pythonList: String { "[\(joined(map: \.pythonQuoted))]" }

    /// `a, b`; a long list is cut.
    var listed: String { joined(map: \.shortened) }

    private func joined(map: (String) -> String) -> String {
        prefix(16).map(map).joined(separator: ", ") + (count > 16 ? ", …" : "")
    }
}
