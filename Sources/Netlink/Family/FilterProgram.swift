import CLinux

/// A classic BPF program that decides about each packet an interface receives (tc-bpf(8), direct action). Offsets are
/// those of an Ethernet frame without VLAN tags.
package struct FilterProgram: Hashable, Sendable {
    /// `struct sock_filter`, one after another.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Reads a program as the kernel lists it, of a message of type `RTM_NEWTFILTER`; nil where the filter is of
    /// another kind.
    package init?(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        _ = try reader.take(20)
        let attributes = try Attribute.all(in: reader.rest)
        guard attributes.contains(where: { Int($0.type) == Int(TCA_KIND) && $0.text == "bpf" }) else { return nil }
        for options in attributes where Int(options.type) == Int(TCA_OPTIONS) {
            for attribute in try options.nested() where Int(attribute.type) == Int(TCA_BPF_OPS) {
                bytes = Array(attribute.value)
                return
            }
        }
        return nil
    }

    package var count: Int { bytes.count / 8 }

    /// Drops everything before the kernel's own stack.
    package static let dropAll: FilterProgram = {
        var program = FilterProgram()
        program.drop()
        return program
    }()

    /// Loads 16 or 32 bits at an offset; a packet that is shorter passes.
    package mutating func load16(_ offset: UInt32) { append(0x28, offset) }
    package mutating func load32(_ offset: UInt32) { append(0x20, offset) }

    /// Skips this many instructions where the value loaded last is, or is not, `value`.
    package mutating func skip(ifEqual: Int = 0, ifNot: Int = 0, to value: UInt32) {
        append(0x15, value, UInt8(ifEqual), UInt8(ifNot))
    }

    package mutating func drop() { append(0x06, UInt32(TC_ACT_SHOT)) }
    package mutating func goOn() { append(0x06, UInt32.max) }  // TC_ACT_UNSPEC

    package mutating func append(_ other: FilterProgram) { bytes += other.bytes }

    private mutating func append(_ code: UInt16, _ operand: UInt32, _ ifTrue: UInt8 = 0, _ ifFalse: UInt8 = 0) {
        bytes.append(integer: code)
        bytes += [ifTrue, ifFalse]
        bytes.append(integer: operand)
    }
}
