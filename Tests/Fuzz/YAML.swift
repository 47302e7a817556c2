// Rooms: CYAML YAML
// Links: :libyaml.a

import YAML

/// Whatever a file holds is read within the bounds or refused with a reason, and is read the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzYAML(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: size)
    do throws(YAMLError) {
        let node = try YAMLNode.parse(bytes)
        let again = try YAMLNode.parse(bytes)
        precondition((node == nil) == (again == nil))
        guard let node, let again else { return 0 }
        var (count, first, second) = (0, [UInt8](), [UInt8]())
        write(node, depth: 0, &count, to: &first)
        write(again, depth: 0, &count, to: &second)
        precondition(first == second)
        _ = node.merging(again)
    } catch {
        precondition(!error.reason.isEmpty && error.line >= 0 && error.column >= 0)
    }
    return 0
}

/// All of a tree, every use of an alias written out.
private func write(_ node: YAMLNode, depth: Int, _ count: inout Int, to text: inout [UInt8]) {
    count += 1
    precondition(depth <= YAMLNode.maximumDepth)
    precondition(count <= 2 * YAMLNode.maximumSize, "more values than the bound")
    switch node.content {
    case .scalar(let value, let isPlain):
        text += [isPlain ? 1 : 0, UInt8(truncatingIfNeeded: node.line), UInt8(truncatingIfNeeded: node.column)]
        text += value.utf8.prefix(16)
    case .sequence(let nodes):
        text.append(2)
        for node in nodes { write(node, depth: depth + 1, &count, to: &text) }
    case .mapping(let members):
        text.append(3)
        for (key, value) in members {
            text += key.utf8.prefix(16)
            write(value, depth: depth + 1, &count, to: &text)
        }
    }
}
