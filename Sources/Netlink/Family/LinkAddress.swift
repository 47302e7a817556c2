import CLinux
package import NetAddress

/// An address of an interface as the kernel lists it (`RTM_NEWADDR`, rtnetlink(7)).
package struct LinkAddress: Hashable, Sendable {
    /// The interface's index.
    package var link: Int32
    package var address: InterfaceAddress
    /// The other end of a point-to-point address, where it differs.
    package var peer: IPAddress?
    package var broadcast: IPAddress?
    /// An IPv4 address's label, which starts with the interface's name: `eth0:1`.
    package var label: String?
    /// `RT_SCOPE_UNIVERSE` 0, `RT_SCOPE_LINK` 253, `RT_SCOPE_HOST` 254.
    package var scope: UInt8
    /// `IFA_F_…`, see if_addr.h.
    package var flags: UInt32
    /// Seconds that it stays valid and preferred; `UInt32.max` is forever.
    package var validFor: UInt32
    package var preferredFor: UInt32
    /// The address's priority, which becomes the metric of its connected route.
    package var metric: UInt32?
    /// Who made it, where the kernel knows (`IFA_PROTO`): ``advertisedOrigin``, ``linkLocalOrigin``, or 1 for the
    /// loopback's.
    package var origin: UInt8?

    /// An address to add, valid forever, of universal scope, with its subnet's broadcast address. Duplicate address
    /// detection is skipped: the address is allocated uniquely.
    package init(_ address: InterfaceAddress, on link: Int32) {
        self.link = link
        self.address = address
        scope = 0
        flags = address.address.version == .v6 ? Self.noDuplicateDetection : 0
        (validFor, preferredFor) = (.max, .max)
        if case .v4 = address.address, address.length < 31 { broadcast = address.prefix.last }
    }

    /// Reads a message of type `RTM_NEWADDR`.
    package init(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        _ = try reader.take(UInt8.self)
        let length = Int(try reader.take(UInt8.self))
        flags = UInt32(try reader.take(UInt8.self))
        scope = try reader.take()
        link = try reader.take()
        (validFor, preferredFor) = (.max, .max)
        var local: IPAddress?
        var far: IPAddress?
        for attribute in try Attribute.all(in: reader.rest) {
            switch Int(attribute.type) {
            case Int(IFA_LOCAL): local = try attribute.address()
            case Int(IFA_ADDRESS): far = try attribute.address()
            case Int(IFA_BROADCAST): broadcast = try attribute.address()
            case Int(IFA_LABEL): label = attribute.text
            case Int(IFA_FLAGS): flags = try attribute.integer()
            case Int(IFA_RT_PRIORITY): metric = try attribute.integer()
            case Int(IFA_PROTO): origin = try attribute.integer()
            case Int(IFA_CACHEINFO):
                var cache = ByteReader(attribute.value)
                preferredFor = try cache.take()
                validFor = try cache.take()
            default: break
            }
        }
        guard let own = local ?? far, let address = InterfaceAddress(own, length: length) else {
            throw .malformed("address of interface \(link) with prefix length \(length) is invalid")
        }
        self.address = address
        peer = far == own ? nil : far
    }

    /// The flags that are configuration, not state.
    package static let lastingFlags = UInt32(
        IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN | IFA_F_STABLE_PRIVACY)
    /// `IFAPROT_KERNEL_RA`: formed from a router's advertisement.
    package static let advertisedOrigin: UInt8 = 2
    /// `IFAPROT_KERNEL_LL`: the link's own.
    package static let linkLocalOrigin: UInt8 = 3
    /// Usable at once, without duplicate address detection.
    package static let noDuplicateDetection = UInt32(IFA_F_NODAD)
    /// Another host on the link has it: the kernel does not use it.
    package static let duplicate = UInt32(IFA_F_DADFAILED)
    /// Its prefix needs no route.
    package static let noPrefixRoute = UInt32(IFA_F_NOPREFIXROUTE)
    /// Of IPv6: random addresses are derived from it; advertised prefixes are like this.
    package static let managesTemporary = UInt32(IFA_F_MANAGETEMPADDR)
    /// Of IPv6: a random address that the kernel replaces by itself (RFC 8981).
    package static let temporary = UInt32(IFA_F_TEMPORARY)

    /// Whether the kernel made the address for the link itself, fe80::/10 or ::1, and makes it again on another.
    package var isLinkLocal: Bool {
        if case .v6(let address) = address.address { return address.isLinkLocal }
        return false
    }
}

extension NetlinkRequest {
    /// Adds an address, or changes its flags and lifetimes where the interface has it.
    package static func ensureAddress(_ address: LinkAddress) -> NetlinkRequest {
        NetlinkRequest(
            "add address \(address.address) to interface \(address.link)", type: RTM_NEWADDR,
            flags: NLM_F_CREATE | NLM_F_REPLACE, payload: payload(address, removing: false))
    }

    /// Removes an address; succeeds if there is none.
    package static func removeAddress(_ address: LinkAddress) -> NetlinkRequest {
        NetlinkRequest(
            "remove address \(address.address) from interface \(address.link)", type: RTM_DELADDR,
            payload: payload(address, removing: true), tolerated: [.noAddress, .noDevice])
    }

    /// The addresses of both versions of an interface, or of all. Kernels that do not filter return all.
    package static func listAddresses(of link: Int32? = nil) -> NetlinkRequest {
        var header: [UInt8] = [0, 0, 0, 0]
        header.append(integer: link ?? 0)
        return NetlinkRequest("list addresses", type: RTM_GETADDR, flags: dumpFlags, payload: header)
    }

    /// `struct ifaddrmsg`: family, prefix length, flags, scope, index.
    private static func payload(_ address: LinkAddress, removing: Bool) -> [UInt8] {
        let own = address.address.address
        let family = own.version.family
        var header: [UInt8] = [family, UInt8(address.address.length), 0, address.scope]
        header.append(integer: address.link)
        var writer = AttributeWriter(header: header)
        writer.put(Int(IFA_LOCAL), own)
        writer.put(Int(IFA_ADDRESS), address.peer ?? own)
        guard !removing else { return writer.bytes }
        if let broadcast = address.broadcast { writer.put(Int(IFA_BROADCAST), broadcast) }
        if let label = address.label { writer.put(Int(IFA_LABEL), text: label) }
        if address.flags != 0 { writer.put(Int(IFA_FLAGS), address.flags) }
        if let metric = address.metric { writer.put(Int(IFA_RT_PRIORITY), metric) }
        if let origin = address.origin { writer.put(Int(IFA_PROTO), origin) }
        if address.validFor != .max || address.preferredFor != .max {
            var cache: [UInt8] = []
            for value in [address.preferredFor, address.validFor, 0, 0] { cache.append(integer: value) }
            writer.put(Int(IFA_CACHEINFO), bytes: cache)
        }
        return writer.bytes
    }
}
