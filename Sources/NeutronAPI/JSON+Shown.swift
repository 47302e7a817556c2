extension JSON {
    /// The value as Neutron's messages show what they refuse: a string as it is, everything else as Python prints it.
    package var shown: String {
        if case .string(let text) = self { text } else { quoted }
    }

    /// The value as Python prints it inside a list.
    private var quoted: String {
        switch self {
        case .null: "None"
        case .boolean(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let value): value.pythonQuoted
        case .array(let values): "[" + values.map(\.quoted).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\($0.key.pythonQuoted): \($0.value.quoted)" }
                .joined(separator: ", ") + "}"
        }
    }
}

extension String {
    /// The text in quotes, as Python prints it.
    var pythonQuoted: String {
        let quote = contains("'") && !contains("\"") ? "\"" : "'"
        return quote + map { $0 == "\\" || String($0) == quote ? "\\\($0)" : String($0) }.joined() + quote
    }
}

extension Sequence<String> {
    /// `['a', 'b']`, as Neutron's messages show lists.
    var pythonList: String { "[" + map(\.pythonQuoted).joined(separator: ", ") + "]" }
}
