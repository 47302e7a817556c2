import CLinux
import Glibc
package import NetAddress

/// A table of the kernel's packet filter (nf_tables, `linux/netfilter/nf_tables.h`) that belongs to the socket that makes it (`flags
/// owner`, since Linux 5.12): nobody else can change it, not by `nft flush ruleset` either, and it goes with the socket.
package struct PacketTable: Sendable {
    /// Where in the path of a packet that leaves a socket a chain stands (`NF_INET_LOCAL_OUT`).
    package enum Kind: String, Sendable {
        case filter
        /// Asked for the first packet of a connection alone.
        case nat
    }

    /// `NF_INET_LOCAL_OUT` of linux/netfilter.h, which cannot be included beside netinet/in.h.
    private static let localOut: UInt32 = 3

    private let name: String
    private var requests: [NetlinkRequest] = []

    /// A table of family `ip`.
    package init(_ name: String) {
        self.name = name
        var writer = AttributeWriter(header: Self.header)
        writer.put(Int(NFTA_TABLE_NAME.rawValue), text: name)
        writer.put(Int(NFTA_TABLE_FLAGS.rawValue), UInt32(NFT_TABLE_F_OWNER.rawValue).bigEndian)
        add("create", NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, writer)
    }

    /// Adds a chain for packets that this namespace's own sockets send.
    package mutating func addChain(_ chain: String, _ kind: Kind, priority: Int32) {
        var writer = AttributeWriter(header: Self.header)
        writer.put(Int(NFTA_CHAIN_TABLE.rawValue), text: name)
        writer.put(Int(NFTA_CHAIN_NAME.rawValue), text: chain)
        writer.nest(Int(NFTA_CHAIN_HOOK.rawValue)) { hook in
            hook.put(Int(NFTA_HOOK_HOOKNUM.rawValue), Self.localOut.bigEndian)
            hook.put(Int(NFTA_HOOK_PRIORITY.rawValue), priority.bigEndian)
        }
        writer.put(Int(NFTA_CHAIN_TYPE.rawValue), text: kind.rawValue)
        add("create chain \(chain) in", NFT_MSG_NEWCHAIN, NLM_F_CREATE, writer)
    }

    /// Adds a rule at a chain's end.
    package mutating func addRule(_ chain: String, _ expressions: [Expression]) {
        var writer = AttributeWriter(header: Self.header)
        writer.put(Int(NFTA_RULE_TABLE.rawValue), text: name)
        writer.put(Int(NFTA_RULE_CHAIN.rawValue), text: chain)
        writer.nest(Int(NFTA_RULE_EXPRESSIONS.rawValue)) { list in
            for expression in expressions {
                list.nest(Int(NFTA_LIST_ELEM.rawValue)) { element in
                    element.put(Int(NFTA_EXPR_NAME.rawValue), text: expression.name)
                    element.nest(Int(NFTA_EXPR_DATA.rawValue), header: expression.attributes) { _ in }
                }
            }
        }
        add("add a rule to chain \(chain) of", NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, writer)
    }

    /// All of it as one batch: the kernel makes everything or nothing. To be sent together.
    package var batch: [NetlinkRequest] {
        [Self.limit(NFNL_MSG_BATCH_BEGIN, of: name)] + requests + [Self.limit(NFNL_MSG_BATCH_END, of: name)]
    }

    /// The message that takes all rules out of chains of a table of family `ip`, for the socket that owns it. The kernel answers only
    /// where it fails.
    ///
    /// Unlike the removal of a chain it leaves alone what waits in packet queues: with any chain that goes, the kernel drops all that
    /// waits in the namespace (`nf_queue_nf_hook_drop`).
    package static func emptying(_ chains: [String], of name: String) -> [UInt8] {
        let removals = chains.map { chain in
            var writer = AttributeWriter(header: header)
            writer.put(Int(NFTA_RULE_TABLE.rawValue), text: name)
            writer.put(Int(NFTA_RULE_CHAIN.rawValue), text: chain)
            var removal = NetlinkRequest(
                "empty chain \(chain) of packet filter table \(name)",
                type: Int(NFNL_SUBSYS_NFTABLES) << 8 | Int(NFT_MSG_DELRULE.rawValue), payload: writer.bytes)
            removal.isAcknowledged = false
            return removal
        }
        return Exchange(
            [limit(NFNL_MSG_BATCH_BEGIN, of: name)] + removals + [limit(NFNL_MSG_BATCH_END, of: name)], first: 0,
            port: 0
        ).encoded()
    }

    private mutating func add(_ verb: String, _ type: nf_tables_msg_types, _ flags: Int32, _ writer: AttributeWriter) {
        requests.append(
            NetlinkRequest(
                "\(verb) packet filter table \(name)", type: Int(NFNL_SUBSYS_NFTABLES) << 8 | Int(type.rawValue),
                flags: flags, payload: writer.bytes))
    }

    private static func limit(_ type: Int32, of name: String) -> NetlinkRequest {
        var request = NetlinkRequest(
            "change packet filter table \(name)", type: Int(type),
            payload: netfilterHeader(family: AF_UNSPEC, resource: UInt16(NFNL_SUBSYS_NFTABLES)))
        request.isAcknowledged = false
        return request
    }

    private static let header = netfilterHeader(family: AF_INET, resource: 0)
}

extension PacketTable {
    /// A step of a rule (`nft_*` in the kernel): a value is loaded into register 1 and compared, or the packet's way is decided.
    package struct Expression: Sendable {
        let name: String
        let attributes: [UInt8]

        private init(_ name: String, _ fill: (inout AttributeWriter) -> Void) {
            self.name = name
            var writer = AttributeWriter()
            fill(&writer)
            attributes = writer.bytes
        }

        private static let register = UInt32(NFT_REG_1.rawValue).bigEndian

        private static func compare(_ value: [UInt8], _ operation: nft_cmp_ops = NFT_CMP_EQ) -> Expression {
            Expression("cmp") { writer in
                writer.put(Int(NFTA_CMP_SREG.rawValue), register)
                writer.put(Int(NFTA_CMP_OP.rawValue), UInt32(operation.rawValue).bigEndian)
                writer.nest(Int(NFTA_CMP_DATA.rawValue)) { $0.put(Int(NFTA_DATA_VALUE.rawValue), bytes: value) }
            }
        }

        private static func load(_ base: nft_payload_bases, at offset: UInt32, count: UInt32) -> Expression {
            Expression("payload") { writer in
                writer.put(Int(NFTA_PAYLOAD_DREG.rawValue), register)
                writer.put(Int(NFTA_PAYLOAD_BASE.rawValue), UInt32(base.rawValue).bigEndian)
                writer.put(Int(NFTA_PAYLOAD_OFFSET.rawValue), offset.bigEndian)
                writer.put(Int(NFTA_PAYLOAD_LEN.rawValue), count.bigEndian)
            }
        }

        private static func load(_ key: nft_meta_keys) -> Expression {
            Expression("meta") { writer in
                writer.put(Int(NFTA_META_DREG.rawValue), register)
                writer.put(Int(NFTA_META_KEY.rawValue), UInt32(key.rawValue).bigEndian)
            }
        }

        private static func immediate(_ value: [UInt8], in register: nft_registers) -> Expression {
            Expression("immediate") { writer in
                writer.put(Int(NFTA_IMMEDIATE_DREG.rawValue), UInt32(register.rawValue).bigEndian)
                writer.nest(Int(NFTA_IMMEDIATE_DATA.rawValue)) { $0.put(Int(NFTA_DATA_VALUE.rawValue), bytes: value) }
            }
        }

        /// Only packets from this address.
        package static func source(_ address: IPv4Address) -> [Expression] {
            [load(NFT_PAYLOAD_NETWORK_HEADER, at: 12, count: 4), compare(address.octets)]
        }

        /// Only packets to this address.
        package static func destination(_ address: IPv4Address) -> [Expression] {
            [load(NFT_PAYLOAD_NETWORK_HEADER, at: 16, count: 4), compare(address.octets)]
        }

        /// Only packets of a transport protocol, `IPPROTO_UDP`.
        package static func transport(_ number: UInt8) -> [Expression] {
            [load(NFT_META_L4PROTO), compare([number])]
        }

        /// Only packets from this port.
        package static func source(port: UInt16) -> [Expression] {
            [load(NFT_PAYLOAD_TRANSPORT_HEADER, at: 0, count: 2), compare(octets(port))]
        }

        /// Only packets to this port.
        package static func destination(port: UInt16) -> [Expression] {
            [load(NFT_PAYLOAD_TRANSPORT_HEADER, at: 2, count: 2), compare(octets(port))]
        }

        /// Only packets of sockets without this mark (`SO_MARK`, socket(7)).
        package static func withoutMark(_ mark: UInt32) -> [Expression] {
            [load(NFT_META_MARK), compare(withUnsafeBytes(of: mark) { Array($0) }, NFT_CMP_NEQ)]
        }

        /// The connection is not tracked.
        package static let untracked = Expression("notrack") { _ in }

        /// The connection goes to another address and port.
        package static func redirect(to address: IPv4Address, port: UInt16) -> [Expression] {
            [
                immediate(address.octets, in: NFT_REG_1), immediate(octets(port), in: NFT_REG_2),
                Expression("nat") { writer in
                    writer.put(Int(NFTA_NAT_TYPE.rawValue), UInt32(NFT_NAT_DNAT.rawValue).bigEndian)
                    writer.put(Int(NFTA_NAT_FAMILY.rawValue), UInt32(AF_INET).bigEndian)
                    writer.put(Int(NFTA_NAT_REG_ADDR_MIN.rawValue), UInt32(NFT_REG_1.rawValue).bigEndian)
                    writer.put(Int(NFTA_NAT_REG_PROTO_MIN.rawValue), UInt32(NFT_REG_2.rawValue).bigEndian)
                },
            ]
        }

        /// The packet waits for a verdict of whoever has bound the queue; where nobody has, it goes on. Of kernels some can do this one
        /// (module nft_queue), some the other.
        package static func queue(_ number: UInt16, by means: QueueMeans) -> Expression {
            switch means {
            case .expression:
                Expression("queue") { writer in
                    writer.put(Int(NFTA_QUEUE_NUM.rawValue), number.bigEndian)
                    writer.put(Int(NFTA_QUEUE_TOTAL.rawValue), UInt16(1).bigEndian)
                    writer.put(Int(NFTA_QUEUE_FLAGS.rawValue), UInt16(NFT_QUEUE_FLAG_BYPASS).bigEndian)
                }
            case .target:
                Expression("target") { writer in
                    writer.put(Int(NFTA_TARGET_NAME.rawValue), text: "NFQUEUE")
                    writer.put(Int(NFTA_TARGET_REV.rawValue), UInt32(2).bigEndian)
                    // struct xt_NFQ_info_v2 (linux/netfilter/xt_NFQUEUE.h): number, how many, whether to bypass; aligned to 8.
                    let info = [number, 1, 1, 0]
                    writer.put(Int(NFTA_TARGET_INFO.rawValue), bytes: info.withUnsafeBytes { Array($0) })
                }
            }
        }

        /// By what a rule hands packets over.
        package enum QueueMeans: CaseIterable, Sendable {
            /// nf_tables' own.
            case expression
            /// iptables' (module xt_NFQUEUE), through nft_compat.
            case target
        }

        private static func octets(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xff)] }
    }
}

/// `struct nfgenmsg` (linux/netfilter/nfnetlink.h), before the attributes of every message of netfilter's.
func netfilterHeader(family: Int32, resource: UInt16) -> [UInt8] {
    [UInt8(family), UInt8(NFNETLINK_V0), UInt8(resource >> 8), UInt8(resource & 0xff)]
}
