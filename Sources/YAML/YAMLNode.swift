/// A value in a YAML document, with its position for messages.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        /// - Parameter isPlain: written without quotes, so that `true` and `~` are not strings.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// In the order they are written; keys are unique.
        case mapping([(key: String, value: YAMLNode)])
    }

    package let content: Content
    /// From 1.
    package let line: Int
    package let column: Int
    /// The number of values in it, itself included, every use of an alias counted.
    let size: Int
    /// The nesting depth of sequences and mappings in it.
    let height: Int

    /// The text of a scalar.
    package var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// Nothing, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// A plain `true` or `false`, or one of YAML 1.1's other words for them.
    package var boolean: Bool? {
        guard case .scalar(let text, isPlain: true) = content else { return nil }
        return switch text.lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: nil
        }
    }

    package var sequence: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    package var mapping: [(key: String, value: YAMLNode)]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// The value of a key of a mapping.
    package subscript(key: String) -> YAMLNode? { mapping?.first { $0.key == key }?.value }
}
