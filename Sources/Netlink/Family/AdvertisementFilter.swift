import CLinux

/// Keeps IPv6 router advertisements (ICMPv6 134, RFC 4861 §4.2) of a container from the switch: BPF programs at the
/// host's end of its veth.
///
/// OVN cannot: it lets neighbour discovery pass regardless of a switch's ACLs (`ovn-northd`, logical flows of priority
/// 65532).
///
/// Extension headers before the ICMPv6 header, by which such filters are evaded (RFC 7113), are followed; a packet with
/// more of them than ``depth`` is dropped. Later fragments of a packet cannot be classified: hosts accept no neighbour
/// discovery in fragments (RFC 6980).
package enum AdvertisementFilter {
    /// How many extension headers are followed.
    static let depth = 6
    static let advertisement: UInt32 = 134
    private static let icmpv6: UInt32 = 58
    /// Hop-by-hop options, routing, destination options: the length is in units of eight octets, not counting the
    /// first.
    private static let options: [UInt32] = [0, 43, 60]
    private static let fragment: UInt32 = 44
    /// Its length is in units of four octets, not counting the first two (RFC 4302 §2.2).
    private static let authentication: UInt32 = 51

    /// For tc-bpf(8) in direct action, on IPv6 packets alone: `struct sock_filter` (code, jump if true, jump if false,
    /// operand), each. A truncated packet passes: a load beyond its end ends the program with 0, TC_ACT_OK.
    ///
    /// A holds the number of the next header, X its offset.
    static let classic: [ClassicInstruction] = {
        let (pass, drop) = (ClassicInstruction(0x06, 0), ClassicInstruction(0x06, 2))
        /// A and X of the next round; A is saved in M[0] meanwhile.
        func advance(_ position: [ClassicInstruction], rest: UInt32) -> [ClassicInstruction] {
            // ldb [x+0]; st M[0]; …; tax; ja rest
            [.init(0x50, 0), .init(0x02, 0)] + position + [.init(0x07, 0), .init(0x05, rest)]
        }
        var program: [ClassicInstruction] = [.init(0x30, 20), .init(0x02, 0), .init(0x01, 54)]
        for _ in 0..<depth {
            let authentication = advance([.init(0x50, 1), .init(0x04, 2), .init(0x64, 2), .init(0x0c, 0)], rest: 0)
            let fragment =
                [.init(0x48, 2), .init(0x54, 0xfff8), .init(0x15, 0, then: 1), pass]
                + advance([.init(0x87, 0), .init(0x04, 8)], rest: UInt32(authentication.count))
            let options = advance(
                [.init(0x50, 1), .init(0x04, 1), .init(0x64, 3), .init(0x0c, 0)],
                rest: UInt32(fragment.count + authentication.count))
            let message: [ClassicInstruction] = [.init(0x50, 0), .init(0x15, advertisement, else: 1), drop, pass]
            // Each jump skips the comparisons after it, the `pass` behind them, and the parts before its own.
            let parts = [message.count, options.count, fragment.count]
            var choices: [(UInt32, Int)] = [(icmpv6, 0)]
            choices += Self.options.map { ($0, parts[0]) }
            choices += [(Self.fragment, parts[0] + parts[1]), (Self.authentication, parts.reduce(0, +))]
            program.append(.init(0x60, 0))
            for (index, (number, distance)) in choices.enumerated() {
                program.append(.init(0x15, number, then: UInt8(choices.count - index + distance)))
            }
            program += [pass] + message + options + fragment + authentication
        }
        return program + [drop]
    }()

    /// For XDP, which runs before the packet sockets from which Open vSwitch's user-space datapath reads. In generic
    /// mode the packet is contiguous.
    ///
    /// r2 is the packet's start, r3 its end, r5 the number of the next header, r6 its offset.
    static let extended: [UInt64] = {
        let (pass, drop, message) = (-1, -2, -3)
        var code = ExtendedCode()
        code.load(4, from: 1, 0, to: 2)
        code.load(4, from: 1, 4, to: 3)
        code.point(6, at: 2, plus: 54, elsePast: 3, jump: pass)
        code.load(2, from: 2, 12, to: 4)
        code.emit(0xdc, 4, 0, 0, 16)  // to big endian
        code.jump(0x55, 4, 0x86dd, to: pass)
        code.load(1, from: 2, 20, to: 5)
        for round in 0..<depth {
            let (other, fragmented, next) = (round * 4 + 1, round * 4 + 2, round * 4 + 3)
            let authenticated = round * 4 + 4
            code.jump(0x15, 5, icmpv6, to: message)
            for number in options { code.jump(0x15, 5, number, to: other) }
            code.jump(0x15, 5, fragment, to: fragmented)
            code.jump(0x15, 5, authentication, to: authenticated)
            code.jump(0x05, 0, 0, to: pass)

            for (label, added, shift) in [(other, Int32(1), Int32(3)), (authenticated, 2, 2)] {
                code.label(label)
                code.point(7, at: 6, plus: 8, elsePast: 3, jump: pass)
                code.load(1, from: 6, 0, to: 5)
                code.load(1, from: 6, 1, to: 8)
                code.emit(0x07, 8, 0, 0, added)
                code.emit(0x67, 8, 0, 0, shift)
                code.emit(0x0f, 6, 8, 0, 0)
                code.jump(0x05, 0, 0, to: next)
            }
            code.label(fragmented)
            code.point(7, at: 6, plus: 8, elsePast: 3, jump: pass)
            code.load(2, from: 6, 2, to: 4)
            code.emit(0xdc, 4, 0, 0, 16)
            code.emit(0x57, 4, 0, 0, 0xfff8)
            code.jump(0x55, 4, 0, to: pass)
            code.load(1, from: 6, 0, to: 5)
            code.emit(0x07, 6, 0, 0, 8)
            code.label(next)
        }
        code.label(drop)
        code.emit(0xb7, 0, 0, 0, 1)  // XDP_DROP
        code.emit(0x95, 0, 0, 0, 0)
        code.label(message)
        code.point(7, at: 6, plus: 1, elsePast: 3, jump: pass)
        code.load(1, from: 6, 0, to: 4)
        code.jump(0x15, 4, advertisement, to: drop)
        code.label(pass)
        code.emit(0xb7, 0, 0, 0, 2)  // XDP_PASS
        code.emit(0x95, 0, 0, 0, 0)
        return code.resolved
    }()

    /// A descriptor of ``extended`` in the kernel, for ``NetlinkRequest/setAdvertisementProgram(_:on:)``. The
    /// interfaces that have the program keep it when the descriptor is closed.
    package static func load() throws(NetlinkError) -> CInt {
        let descriptor = clinux_load_xdp(extended, UInt32(extended.count))
        guard descriptor >= 0 else {
            throw NetlinkError(errno: -descriptor, "load the filter of router advertisements")
        }
        return descriptor
    }
}

/// `struct sock_filter`.
struct ClassicInstruction: Hashable {
    let code: UInt16
    let then: UInt8
    let `else`: UInt8
    let operand: UInt32

    init(_ code: UInt16, _ operand: UInt32, then: UInt8 = 0, else: UInt8 = 0) {
        (self.code, self.operand, self.then, self.else) = (code, operand, then, `else`)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(integer: code)
        bytes += [then, `else`]
        bytes.append(integer: operand)
        return bytes
    }
}

/// `struct bpf_insn` one after another, with labels.
private struct ExtendedCode {
    private var instructions: [UInt64] = []
    private var labels: [Int: Int] = [:]
    private var jumps: [(at: Int, label: Int)] = []

    mutating func emit(_ code: UInt8, _ destination: UInt8, _ source: UInt8, _ offset: Int16, _ operand: Int32) {
        let registers = UInt64(source << 4 | destination) << 8
        instructions.append(
            UInt64(code) | registers | UInt64(UInt16(bitPattern: offset)) << 16
                | UInt64(UInt32(bitPattern: operand)) << 32)
    }

    mutating func load(_ size: Int, from base: UInt8, _ offset: Int16, to register: UInt8) {
        emit(size == 1 ? 0x71 : size == 2 ? 0x69 : 0x61, register, base, offset, 0)
    }

    /// Points `register` at an offset from `base`; jumps where that is past `end`.
    mutating func point(
        _ register: UInt8, at base: UInt8, plus distance: Int32, elsePast end: UInt8, jump label: Int
    ) {
        emit(0xbf, register, base, 0, 0)
        emit(0x07, register, 0, 0, distance)
        jumps.append((instructions.count, label))
        emit(0x2d, register, end, 0, 0)
    }

    mutating func jump(_ code: UInt8, _ register: UInt8, _ operand: UInt32, to label: Int) {
        jumps.append((instructions.count, label))
        emit(code, register, 0, 0, Int32(operand))
    }

    mutating func label(_ label: Int) { labels[label] = instructions.count }

    var resolved: [UInt64] {
        var result = instructions
        for jump in jumps {
            guard let target = labels[jump.label] else { preconditionFailure("label \(jump.label) is undefined") }
            result[jump.at] |= UInt64(UInt16(bitPattern: Int16(target - jump.at - 1))) << 16
        }
        return result
    }
}
