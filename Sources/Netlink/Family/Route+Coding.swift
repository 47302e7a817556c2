import CLinux
package import NetAddress

extension Route {
    /// Reads a message of type `RTM_NEWROUTE`. Nil for families other than IPv4 and IPv6.
    package init?(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        let family = try reader.take(UInt8.self)
        let lengths = try (destination: reader.take(UInt8.self), source: reader.take(UInt8.self))
        typeOfService = try reader.take()
        table = UInt32(try reader.take(UInt8.self))
        origin = try reader.take()
        scope = try reader.take()
        kind = try reader.take()
        let flags = try reader.take(UInt32.self)
        guard let version = IPVersion(family: family) else { return nil }
        var target = IPAddress(version, bits: 0)
        var from = IPAddress(version, bits: 0)
        var single = NextHop(link: nil, isOnLink: flags & UInt32(RTNH_F_ONLINK) != 0)
        var several: [NextHop]?
        for attribute in try Attribute.all(in: reader.rest) {
            switch Int(attribute.type) {
            case Int(RTA_DST.rawValue): target = try attribute.address()
            case Int(RTA_SRC.rawValue): from = try attribute.address()
            case Int(RTA_TABLE.rawValue): table = try attribute.integer()
            case Int(RTA_PRIORITY.rawValue): metric = try attribute.integer()
            case Int(RTA_PREFSRC.rawValue): preferredSource = try attribute.address()
            case Int(RTA_METRICS.rawValue): metrics = Array(attribute.value)
            case Int(RTA_PREF.rawValue): preference = try attribute.integer()
            case Int(RTA_EXPIRES.rawValue): expires = try attribute.integer()
            case Int(RTA_NH_ID.rawValue): nextHopObject = try attribute.integer()
            case Int(RTA_CACHEINFO.rawValue): expires = try Self.expiry(attribute) ?? expires
            case Int(RTA_MULTIPATH.rawValue): several = try NextHop.all(in: attribute.value)
            default: try single.take(attribute)
            }
        }
        guard let destination = IPPrefix(target, length: Int(lengths.destination)), target.version == version,
            let source = IPPrefix(from, length: Int(lengths.source)), from.version == version
        else { throw .malformed("route to \(target)/\(lengths.destination) from \(from)/\(lengths.source) is invalid") }
        self.destination = destination
        self.source = lengths.source == 0 ? nil : source
        nextHops = several ?? [single]
    }

    /// The expiry of an IPv6 route in `struct rta_cacheinfo`, in hundredths of a second; 0 is never.
    private static func expiry(_ attribute: Attribute) throws(NetlinkError) -> UInt32? {
        var reader = ByteReader(attribute.value)
        _ = try reader.take(8)
        let hundredths = try reader.take(Int32.self)
        return hundredths > 0 ? UInt32(hundredths / 100) : nil
    }

    /// `struct rtmsg` and the attributes.
    var payload: [UInt8] {
        let version = destination.version
        var header: [UInt8] = [
            version.family, UInt8(destination.length), UInt8(source?.length ?? 0), typeOfService,
            table < 256 ? UInt8(table) : 0, origin, scope, kind,
        ]
        let isOnLink = nextHops.count == 1 && nextHops[0].weight == 1 && nextHops[0].isOnLink
        header.append(integer: isOnLink ? UInt32(RTNH_F_ONLINK) : 0)
        var writer = AttributeWriter(header: header)
        writer.put(Int(RTA_TABLE.rawValue), table)
        if destination.length > 0 { writer.put(Int(RTA_DST.rawValue), destination.network) }
        if let source { writer.put(Int(RTA_SRC.rawValue), source.network) }
        if let metric { writer.put(Int(RTA_PRIORITY.rawValue), metric) }
        if let preferredSource { writer.put(Int(RTA_PREFSRC.rawValue), preferredSource) }
        if let metrics { writer.put(Int(RTA_METRICS.rawValue), bytes: metrics) }
        if let preference { writer.put(Int(RTA_PREF.rawValue), preference) }
        if let expires { writer.put(Int(RTA_EXPIRES.rawValue), expires) }
        if let nextHopObject {
            writer.put(Int(RTA_NH_ID.rawValue), nextHopObject)
        } else if nextHops.count == 1, nextHops[0].weight == 1 {
            if let link = nextHops[0].link { writer.put(Int(RTA_OIF.rawValue), link) }
            nextHops[0].put(into: &writer, version)
        } else if !nextHops.isEmpty {
            writer.put(Int(RTA_MULTIPATH.rawValue), bytes: nextHops.flatMap { $0.encoded(version) })
        }
        return writer.bytes
    }
}

extension Route.NextHop {
    /// Takes the next hop's attributes of a route without `RTA_MULTIPATH`; others are ignored.
    mutating func take(_ attribute: Attribute) throws(NetlinkError) {
        switch Int(attribute.type) {
        case Int(RTA_OIF.rawValue): link = try attribute.integer()
        case Int(RTA_GATEWAY.rawValue): gateway = try attribute.address()
        case Int(RTA_VIA.rawValue):
            // struct rtvia: the family, then an address of it.
            guard attribute.value.count > 2 else { throw .malformed("gateway of another family is cut short") }
            let bits = attribute.value.dropFirst(2).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            gateway = IPAddress(attribute.value.count == 18 ? .v6 : .v4, bits: bits)
        case Int(RTA_ENCAP_TYPE.rawValue):
            encapsulation = .init(type: try attribute.integer(), value: encapsulation?.value ?? [])
        case Int(RTA_ENCAP.rawValue):
            encapsulation = .init(type: encapsulation?.type ?? 0, value: Array(attribute.value))
        case Int(RTA_FLOW.rawValue): realms = try attribute.integer()
        default: break
        }
    }

    /// The value of `RTA_MULTIPATH`: `struct rtnexthop`, each with attributes of its own.
    static func all(in bytes: ArraySlice<UInt8>) throws(NetlinkError) -> [Self] {
        var reader = ByteReader(bytes)
        var hops: [Self] = []
        while !reader.isEmpty {
            let length = Int(try reader.take(UInt16.self))
            guard length >= 8 else { throw .malformed("next hop of \(length) bytes is shorter than its header") }
            let flags = try reader.take(UInt8.self)
            let extra = try reader.take(UInt8.self)
            let link: Int32 = try reader.take()
            var hop = Self(link: link, weight: Int(extra) + 1, isOnLink: flags & UInt8(RTNH_F_ONLINK) != 0)
            for attribute in try Attribute.all(in: try reader.take(length - 8)) { try hop.take(attribute) }
            reader.skipPadding(after: length)
            hops.append(hop)
        }
        guard !hops.isEmpty else { throw .malformed("multipath route without a next hop") }
        return hops
    }

    func encoded(_ version: IPVersion) -> [UInt8] {
        var writer = AttributeWriter()
        put(into: &writer, version)
        var bytes: [UInt8] = []
        bytes.append(integer: UInt16(8 + writer.bytes.count))
        bytes.append(isOnLink ? UInt8(RTNH_F_ONLINK) : 0)
        bytes.append(UInt8(clamping: weight - 1))
        bytes.append(integer: link ?? 0)
        return bytes + writer.bytes
    }

    /// Gateway, encapsulation and realms.
    func put(into writer: inout AttributeWriter, _ version: IPVersion) {
        if let gateway {
            if gateway.version == version {
                writer.put(Int(RTA_GATEWAY.rawValue), gateway)
            } else {
                var via: [UInt8] = []
                via.append(integer: UInt16(gateway.version.family))
                writer.put(Int(RTA_VIA.rawValue), bytes: via + gateway.octets)
            }
        }
        if let encapsulation {
            writer.put(Int(RTA_ENCAP_TYPE.rawValue), encapsulation.type)
            writer.put(Int(RTA_ENCAP.rawValue) | Int(NLA_F_NESTED), bytes: encapsulation.value)
        }
        if let realms { writer.put(Int(RTA_FLOW.rawValue), realms) }
    }
}

extension IPVersion {
    /// The address family of routing messages.
    var family: UInt8 { self == .v4 ? 2 : 10 }

    init?(family: UInt8) {
        switch family {
        case 2: self = .v4
        case 10: self = .v6
        default: return nil
        }
    }
}

extension NetlinkRequest {
    /// Adds a route behind those of the same destination and metric; succeeds if it is there.
    package static func ensureRoute(_ route: Route) -> NetlinkRequest {
        NetlinkRequest(
            "add \(route)", type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_APPEND, payload: route.payload,
            tolerated: [.exists])
    }

    /// Replaces the first route of the same destination and metric.
    package static func replaceRoute(with route: Route) -> NetlinkRequest {
        NetlinkRequest(
            "change \(route)", type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_REPLACE, payload: route.payload)
    }

    /// Removes a route; succeeds if there is none.
    package static func removeRoute(_ route: Route) -> NetlinkRequest {
        var route = route
        // Its protocol differs if it was moved from another interface; 0 matches any.
        if route.isAdvertised { route.origin = 0 }
        return NetlinkRequest(
            "remove \(route)", type: RTM_DELROUTE, payload: route.payload, tolerated: [.noProcess, .noDevice, .noEntry])
    }

    /// All routes of a version, of every table.
    package static func listRoutes(_ version: IPVersion) -> NetlinkRequest {
        NetlinkRequest(
            "list routes", type: RTM_GETROUTE, flags: dumpFlags,
            payload: [version.family] + Array(repeating: 0, count: 11))
    }
}

extension Route: CustomStringConvertible {
    /// As `ip route` prints it, with interface indexes.
    package var description: String {
        let target = destination.length == 0 ? "default \(destination)" : "\(destination)"
        let hops = nextHops.map { hop in
            (hop.gateway.map { " via \($0)" } ?? "") + (hop.link.map { " on interface \($0)" } ?? "")
        }
        return "route \(target)" + hops.joined() + (metric.map { " metric \($0)" } ?? "")
            + (table == Self.mainTable ? "" : " table \(table)")
    }
}
