extension YAMLNode {
    /// This value overlaid with `other`: mappings are merged key by key at every depth, all else is replaced.
    package func merging(_ other: YAMLNode) -> YAMLNode {
        guard case .mapping(var members) = content, case .mapping(let others) = other.content else { return other }
        for (key, value) in others {
            if let index = members.firstIndex(where: { $0.key == key }) {
                members[index].value = members[index].value.merging(value)
            } else {
                members.append((key, value))
            }
        }
        return YAMLNode(
            content: .mapping(members), line: line, column: column, size: size + other.size,
            height: max(height, other.height))
    }
}
