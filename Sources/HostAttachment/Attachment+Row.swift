import HostNetwork
import NetAddress
package import OVNModel
import OVSDB

extension Attachment {
    /// Reads a row and the tag of its Port row, nil where it is not one of ours. What is unreadable counts as missing.
    package init?(_ row: OpenVSwitch.Interface, bridge: String, tag: Int? = nil) {
        let ids = row.externalIDs
        guard let interface = ids[InterfaceKeys.containerInterface], let portID = row.portID else { return nil }
        self.portID = portID
        hostInterface = row.name
        containerInterface = interface
        containerID = ids[InterfaceKeys.containerID] ?? ""
        mac = ids[InterfaceKeys.mac].flatMap { MACAddress($0) }
        self.bridge = bridge
        vlan = ids[InterfaceKeys.vlan].flatMap { Int($0) }
        self.tag = tag
        mayAdvertise = ids[InterfaceKeys.mayAdvertise] == "true"
        let isCarried = ids[InterfaceKeys.portID] == nil
        isInstalled = isCarried ? row.ofport ?? -1 > 0 : ids[InterfaceKeys.installed] == "true"
        isConfirmed = ids[InterfaceKeys.confirmed] == "true"
        problem = row.error.flatMap { $0.isEmpty ? nil : $0 }
        let addresses = Self.list(ids[InterfaceKeys.addresses]) { InterfaceAddress($0) }
        self.addresses = addresses ?? []
        gateways = Self.list(ids[InterfaceKeys.gateways]) { IPAddress($0) } ?? []
        routes = Self.list(ids[InterfaceKeys.routes]) { Endpoint.Route($0) } ?? []
        mtu = ids[InterfaceKeys.mtu].flatMap { Int($0) } ?? 0
        let location = ids[InterfaceKeys.sandbox].flatMap { Sandbox.Location($0) }
        sandbox = location.map { [containerID] in Sandbox(containerID: containerID, location: $0) }
        namespace = ids[InterfaceKeys.namespace].flatMap { NetworkNamespace.Identity($0) }
        let isHandedOver = ids[InterfaceKeys.handedOver] == "true"
        self.isHandedOver = isHandedOver
        var missing = (isHandedOver ? InterfaceKeys.requiredWhenHandedOver : InterfaceKeys.required)
            .filter { ids[$0] == nil }
        if isCarried, vlan == nil { missing.append(InterfaceKeys.vlan) }
        if mac == nil { missing.append(InterfaceKeys.mac) }
        if addresses == nil { missing.append(InterfaceKeys.addresses) }
        if mtu == 0 { missing.append(InterfaceKeys.mtu) }
        if sandbox == nil, !isHandedOver { missing.append(InterfaceKeys.sandbox) }
        missingKeys = Set(missing).sorted()
        annotations = Dictionary(
            uniqueKeysWithValues: ids.lazy.filter {
                $0.key.hasPrefix(InterfaceKeys.prefix) && !InterfaceKeys.reserved.contains($0.key)
            }.map { (String($0.key.dropFirst(InterfaceKeys.prefix.count)), $0.value) })
    }

    /// Words apart by spaces; nil where there is no text, or a word is not understood.
    private static func list<T>(_ text: String?, _ parse: (String) -> T?) -> [T]? {
        guard let text else { return nil }
        let words = text.split(separator: " ")
        let values = words.compactMap { parse(String($0)) }
        return values.count == words.count ? values : nil
    }
}

extension Endpoint {
    /// The `external_ids` from which everything can be undone and made again.
    func externalIDs(in sandbox: Sandbox, _ namespace: NetworkNamespace.Identity, as interface: String) -> StringMap {
        var ids = externalIDs(of: sandbox.containerID, as: interface)
        ids[InterfaceKeys.sandbox] = sandbox.location.description
        ids[InterfaceKeys.namespace] = namespace.description
        return ids
    }

    /// Those of an endpoint whose other end somebody else moves to where it belongs.
    func handedOverIDs(to container: String, as interface: String) -> StringMap {
        var ids = externalIDs(of: container, as: interface)
        ids[InterfaceKeys.handedOver] = "true"
        return ids
    }

    private func externalIDs(of container: String, as interface: String) -> StringMap {
        var ids: StringMap = [
            InterfaceKeys.mac: mac.description,
            InterfaceKeys.containerID: container,
            InterfaceKeys.status: "active",
            InterfaceKeys.containerInterface: interface,
            InterfaceKeys.addresses: addresses.map(\.description).joined(separator: " "),
            InterfaceKeys.mtu: String(mtu),
        ]
        if let vlan {
            ids[InterfaceKeys.carriedPortID] = portID
            ids[InterfaceKeys.vlan] = String(vlan)
        } else {
            ids[InterfaceKeys.portID] = portID
        }
        if mayAdvertise { ids[InterfaceKeys.mayAdvertise] = "true" }
        if isConfirmed { ids[InterfaceKeys.confirmed] = "true" }
        if !gateways.isEmpty { ids[InterfaceKeys.gateways] = gateways.map(\.description).joined(separator: " ") }
        if !routes.isEmpty { ids[InterfaceKeys.routes] = routes.map(\.description).joined(separator: " ") }
        for (key, value) in annotations { ids[InterfaceKeys.prefix + key] = value }
        return ids
    }
}

extension Endpoint.Route: LosslessStringConvertible {
    /// Nil unless `text` is `10.0.0.0/8=10.1.0.1`.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let destination = IPPrefix(parts[0]), let nextHop = IPAddress(parts[1]) else {
            return nil
        }
        self.init(destination: destination, nextHop: nextHop)
    }

    package var description: String { "\(destination)=\(nextHop)" }
}
