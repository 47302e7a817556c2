import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

extension Snapshot {
    /// Throws `HostExists`, naming both, where something by which a host is known is another's. A name is compared with others'
    /// names of both kinds: a port bound to a host may say either.
    func refuseOther(_ host: JoiningHost) throws(NeutronError) {
        for (what, name) in [("system id", host.systemID), ("host name", host.hostName)] {
            if let other = holder(of: name, than: host) {
                throw .hostExists(host.shown, "the \(what) \(name)", of: other.shown, Self.advice(other))
            }
        }
        let address = host.tunnelAddress.description
        if let other = holder(ofTunnelAddress: address, than: host) {
            throw .hostExists(host.shown, "the tunnel address \(address)", of: other.shown, Self.advice(other))
        }
    }

    /// A host as a record or a chassis has it.
    private struct Holder {
        let hostName: String
        let systemID: String
        /// Whether it is the same machine by name, with another key.
        var isSame = false

        var shown: String {
            (hostName == systemID || hostName.isEmpty ? systemID : "\(hostName) (system id \(systemID))")
                + (isSame ? ", which has another key" : "")
        }
    }

    private static func advice(_ other: Holder) -> String {
        "If that is gone, or this machine was installed again, run 'ovn-ipam host remove \(other.systemID)' on the central "
            + "machine first."
    }

    private func holder(of name: String, than host: JoiningHost) -> Holder? {
        // Two names may have one identifier, where that is a UUID in letters of either case.
        let byID = JoinedHost.find(ID(ofName: name), in: self).map { [$0] } ?? []
        if let other = (byID + joinedHosts(named: name)).first(where: { !isSame($0, host) }) {
            return Holder(
                hostName: other.hostName, systemID: other.systemID, isSame: other.systemID == host.systemID)
        }
        return southbound?.rows(SouthboundIndexes.chassis, name).first {
            $0.name != host.systemID || $0.hostname != host.hostName && !$0.hostname.isEmpty
        }.map { Holder(hostName: $0.hostname, systemID: $0.name) }
    }

    private func holder(ofTunnelAddress address: String, than host: JoiningHost) -> Holder? {
        let joined: [JoinedHost] = records(where: JoinedHost.tunnelAddressKey, is: address)
        if let other = joined.first(where: { !isSame($0, host) }) {
            return Holder(hostName: other.hostName, systemID: other.systemID)
        }
        let encap = southbound?.rows(SouthboundIndexes.tunnelAddress, address).first {
            $0.chassisName != host.systemID && !$0.chassisName.isEmpty
        }
        return encap.map { encap in
            let chassis = southbound?.first(SouthboundIndexes.chassis, encap.chassisName)
            return Holder(hostName: chassis?.hostname ?? "", systemID: encap.chassisName)
        }
    }

    private func isSame(_ joined: JoinedHost, _ host: JoiningHost) -> Bool {
        joined.systemID == host.systemID && joined.keyHash == host.keyHash && !joined.isLeaving
    }
}
