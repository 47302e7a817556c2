extension YAMLNode {
    /// In bytes, of a configuration file.
    package static let maximumLength = 1 << 20
    /// Nesting of sequences and mappings.
    package static let maximumDepth = 64
    /// Values in a document, every use of an alias counted: aliases of aliases grow without bound.
    package static let maximumSize = 100_000

    /// Reads one YAML 1.1 document, as libyaml understands it; `nil` when there is none, as in an empty file.
    ///
    /// Anchors, aliases and merge keys (`<<`) are resolved. Refused are: a duplicate key, a key that is not a
    /// scalar, a second document, tags other than YAML's own, and what exceeds the limits.
    package static func parse(_ text: some Sequence<UInt8>) throws(YAMLError) -> YAMLNode? {
        let bytes = Array(text)
        guard bytes.count <= maximumLength else {
            throw YAMLError(reason: "it has more than \(maximumLength) bytes", line: 0, column: 0)
        }
        let result: Result<YAMLNode?, YAMLError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(YAMLError) {
                var parser = YAMLParser(events: try YAMLEvents(buffer))
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// Builds the tree from the events.
private struct YAMLParser: ~Copyable {
    var events: YAMLEvents
    private var anchors: [String: YAMLNode] = [:]
    private var depth = 0

    init(events: consuming YAMLEvents) { self.events = events }

    mutating func document() throws(YAMLError) -> YAMLNode? {
        guard case .documentStart = try events.next().kind else { return nil }
        let root = try node(try events.next())
        _ = try events.next()  // The document's end.
        let end = try events.next()
        guard case .streamEnd = end.kind else { throw end.error("a second document begins") }
        return root
    }

    private mutating func node(_ event: YAMLEvents.Event) throws(YAMLError) -> YAMLNode {
        switch event.kind {
        case .scalar(let text, let isPlain, let anchor, let tag):
            try check(tag, event)
            // A tagged value is what its tag says, regardless of its text.
            let node = YAMLNode(
                content: .scalar(text, isPlain: isPlain && tag == nil), line: event.line, column: event.column, size: 1,
                height: 0)
            return keep(node, anchor)
        case .sequenceStart(let anchor, let tag):
            try check(tag, event)
            return keep(try sequence(event), anchor)
        case .mappingStart(let anchor, let tag):
            try check(tag, event)
            return keep(try mapping(event), anchor)
        case .alias(let name):
            guard let node = anchors[name] else { throw event.error("anchor &\(name) is not defined before") }
            try check(depth: depth + node.height, event)
            return node
        default: throw event.error("a value is missing")
        }
    }

    private mutating func keep(_ node: YAMLNode, _ anchor: String?) -> YAMLNode {
        if let anchor { anchors[anchor] = node }
        return node
    }

    private func check(_ tag: String?, _ event: YAMLEvents.Event) throws(YAMLError) {
        guard let tag, tag != "!", !tag.hasPrefix("tag:yaml.org,2002:") else { return }
        throw event.error("the tag \(tag) is unknown")
    }

    private mutating func descend(_ event: YAMLEvents.Event) throws(YAMLError) {
        depth += 1
        try check(depth: depth, event)
    }

    private func check(depth: Int, _ event: YAMLEvents.Event) throws(YAMLError) {
        guard depth <= YAMLNode.maximumDepth else {
            throw event.error("it is more than \(YAMLNode.maximumDepth) levels deep")
        }
    }

    private static func grown(_ size: Int, by node: YAMLNode, _ event: YAMLEvents.Event) throws(YAMLError) -> Int {
        guard size + node.size <= YAMLNode.maximumSize else {
            throw event.error("it has more than \(YAMLNode.maximumSize) values")
        }
        return size + node.size
    }

    private mutating func sequence(_ start: YAMLEvents.Event) throws(YAMLError) -> YAMLNode {
        try descend(start)
        var nodes: [YAMLNode] = []
        var size = 1
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { break }
            let element = try node(event)
            size = try Self.grown(size, by: element, event)
            nodes.append(element)
        }
        depth -= 1
        return YAMLNode(
            content: .sequence(nodes), line: start.line, column: start.column, size: size,
            height: 1 + (nodes.map(\.height).max() ?? 0))
    }

    private mutating func mapping(_ start: YAMLEvents.Event) throws(YAMLError) -> YAMLNode {
        try descend(start)
        var members: [(key: String, value: YAMLNode)] = []
        var keys: Set<String> = []
        var merged: [YAMLNode] = []
        var size = 1
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            let key = try node(event)
            guard case .scalar(let name, let isPlain) = key.content else { throw event.error("a key is not a scalar") }
            let valueEvent = try events.next()
            let value = try node(valueEvent)
            size = try Self.grown(size + 1, by: value, event)
            if name == "<<", isPlain {
                merged += try Self.mergeable(value, valueEvent)
            } else {
                guard keys.insert(name).inserted else { throw event.error("\(name) is given twice") }
                members.append((name, value))
            }
        }
        // The mapping's own keys take precedence over merged ones, earlier merges over later ones.
        for (name, value) in merged.flatMap({ $0.mapping ?? [] }) where keys.insert(name).inserted {
            members.append((name, value))
        }
        depth -= 1
        return YAMLNode(
            content: .mapping(members), line: start.line, column: start.column, size: size,
            height: 1 + (members.map(\.value.height).max() ?? 0))
    }

    /// The mappings that a merge key names: one, or a sequence of them (yaml.org/type/merge.html).
    private static func mergeable(_ value: YAMLNode, _ event: YAMLEvents.Event) throws(YAMLError) -> [YAMLNode] {
        let nodes = value.sequence ?? [value]
        guard nodes.allSatisfy({ $0.mapping != nil }) else { throw event.error("<< merges mappings only") }
        return nodes
    }
}
