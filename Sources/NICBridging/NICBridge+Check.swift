import HostAttachment
import HostNetwork
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension NICBridge {
    /// Refuses what cannot be moved as it is, before anything changes.
    func check(_ source: InterfaceConfiguration, bridge name: String, datapath: Datapath) async throws {
        let link = source.link
        let replica = ovs.replica
        guard !link.isLoopback, let mac = link.mac, mac.bits != 0 else {
            throw AttachmentError(.refused, "\(link.name) is no Ethernet interface")
        }
        if ["bridge", "openvswitch", "vrf"].contains(link.kind) {
            throw AttachmentError(
                .refused, "\(link.name) is no NIC but a \(link.kind) device of the kernel; name what it stands on")
        }
        if let route = source.routes.first(where: { $0.nextHopObject != nil }) {
            throw AttachmentError(
                .refused, "\(route) uses a nexthop object, which cannot be moved; replace it by a route with a gateway"
            )
        }
        let port = replica.first(HostAttachment.portsByName, link.name)
        if let port, let holder = replica[OpenVSwitch.Bridge.self].first(where: { $0.ports.contains(port.id) }),
            holder.name != name
        {
            throw AttachmentError(.refused, "\(link.name) is a port of bridge \(holder.name) already")
        }
        if let master = link.master, port == nil {
            let owner = try await links.find(.index(master))
            throw AttachmentError(
                .refused,
                "\(link.name) belongs to \(owner.map { "\($0.kind) \($0.name)" } ?? "a bridge or bond of the kernel"); "
                    + (owner?.kind == "bond" ? "move that instead" : "take it out of that first"))
        }
        let uppers = try await links.uppers(of: link)
        if let upper = uppers.first {
            throw AttachmentError(
                .refused,
                "\(upper.name) (\(upper.kind)) stands on \(link.name) and would be cut off; delete it first, "
                    + "and make it again on \(name)")
        }
        if let bridge = replica.first(HostAttachment.bridgesByName, name) {
            guard bridge.datapath == datapath else {
                throw AttachmentError(
                    .refused, "bridge \(name) exists with another datapath than \(datapath.rawValue); move back first")
            }
        } else if try await links.find(.name(name)) != nil {
            throw AttachmentError(.refused, "there is an interface \(name), which is no bridge of Open vSwitch")
        }
    }

    /// Refuses to delete a bridge that others use.
    func checkIsAlone(_ bridge: OpenVSwitch.Bridge, _ nic: String) throws(AttachmentError) {
        let ports = ovs.replica[OpenVSwitch.Port.self]
        let others = bridge.ports.compactMap { ports[$0]?.name }.filter { $0 != nic && $0 != bridge.name }.sorted()
        guard others.isEmpty else {
            throw AttachmentError(
                .refused,
                "bridge \(bridge.name) has other ports than \(nic): \(others.prefix(5).joined(separator: ", "))"
                    + (others.count > 5 ? " and \(others.count - 5) more" : "") + "; delete those endpoints first")
        }
    }
}
