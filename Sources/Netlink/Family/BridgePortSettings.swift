import CLinux

/// How a Linux bridge treats the traffic of one of its ports (bridge(8)).
package struct BridgePortSettings: Hashable, Sendable {
    /// Whether its frames reach no other isolated port.
    package var isIsolated: Bool
    /// Whether the bridge learns the source addresses of its frames.
    package var learns: Bool
    /// Whether unknown unicast is flooded to it.
    package var getsUnknown: Bool
    /// Whether frames pass only from addresses that its forwarding database has behind the port. Nil before Linux 5.18.
    package var isLocked: Bool?

    package init(isIsolated: Bool, learns: Bool, getsUnknown: Bool, isLocked: Bool?) {
        self.isIsolated = isIsolated
        self.learns = learns
        self.getsUnknown = getsUnknown
        self.isLocked = isLocked
    }

    /// Reads a link's `IFLA_LINKINFO`; nil where the link is not a bridge port.
    init?(linkInfo: [Attribute]) throws(NetlinkError) {
        guard linkInfo.contains(where: { Int($0.type) == Int(IFLA_INFO_SLAVE_KIND) && $0.text == "bridge" }),
            let data = linkInfo.first(where: { Int($0.type) == Int(IFLA_INFO_SLAVE_DATA) })
        else { return nil }
        self.init(isIsolated: false, learns: true, getsUnknown: true, isLocked: nil)
        for attribute in try data.nested() {
            switch Int(attribute.type) {
            case Int(IFLA_BRPORT_ISOLATED): isIsolated = try attribute.integer(UInt8.self) != 0
            case Int(IFLA_BRPORT_LEARNING): learns = try attribute.integer(UInt8.self) != 0
            case Int(IFLA_BRPORT_UNICAST_FLOOD): getsUnknown = try attribute.integer(UInt8.self) != 0
            case Int(IFLA_BRPORT_LOCKED): isLocked = try attribute.integer(UInt8.self) != 0
            default: break
            }
        }
    }
}

extension NetlinkRequest {
    /// Changes how a bridge treats one of its ports; nil keeps a setting. A kernel ignores settings that it does not
    /// know.
    package static func setPort(
        _ link: Int32, isIsolated: Bool? = nil, learns: Bool? = nil, getsUnknown: Bool? = nil, isLocked: Bool? = nil
    ) -> NetlinkRequest {
        var writer = AttributeWriter(header: linkHeader(.index(link), family: 7))  // AF_BRIDGE
        writer.nest(Int(IFLA_PROTINFO)) { settings in
            let wanted = [
                (IFLA_BRPORT_ISOLATED, isIsolated), (IFLA_BRPORT_LEARNING, learns),
                (IFLA_BRPORT_UNICAST_FLOOD, getsUnknown), (IFLA_BRPORT_LOCKED, isLocked),
            ]
            for (attribute, value) in wanted {
                if let value { settings.put(Int(attribute), UInt8(value ? 1 : 0)) }
            }
        }
        return NetlinkRequest("change bridge port \(link)", type: RTM_SETLINK, payload: writer.bytes)
    }
}
