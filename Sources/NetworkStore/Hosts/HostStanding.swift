package import Deadlines
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// A host as the databases know it: by its record, by its chassis, or by both.
package struct HostStanding: Hashable, Sendable {
    package let systemID: String
    package let hostName: String
    package let tunnelAddresses: [String]
    /// `ovs`, `ovn`, `ovn_containers`, as far as it has said them.
    package let versions: [String: String]
    /// When its ovn-controller last gave a sign of life; nil where it never has.
    package let lastSeen: Timestamp?
    /// Whether that is recent.
    package let isAlive: Bool
    /// The ports that are bound to it; a trunk's subports are their parent's.
    package let ports: Int
    /// Nil where it has not joined with a certificate.
    package let certificateEnd: Timestamp?
    package let project: String?
    /// The fingerprints of the authorities that it trusts, as far as it has said them.
    package let trusted: [String]
}

extension Snapshot {
    /// All hosts, by host name.
    package func hosts(at now: Timestamp) -> [HostStanding] {
        let joined = joinedHosts
        let agents = Dictionary(
            Agent.all(in: self, at: now).map { ($0.chassis, $0) }, uniquingKeysWith: { first, _ in first })
        let chassis = southbound.map { Array($0[Southbound.Chassis.self]) } ?? []
        let byName = Dictionary(chassis.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let records = Dictionary(joined.map { ($0.systemID, $0) }, uniquingKeysWith: { first, _ in first })
        var addresses: [String: [String]] = [:]
        for encap in southbound.map({ Array($0[Southbound.Encap.self]) }) ?? [] {
            addresses[encap.chassisName, default: []].append(encap.ip)
        }
        return Set(byName.keys).union(records.keys).map { id in
            let (record, chassis, agent) = (records[id], byName[id], agents[id])
            let hostName = record?.hostName ?? chassis.map { $0.hostname.isEmpty ? id : $0.hostname } ?? id
            let tunnels = addresses[id]?.sorted() ?? record?.tunnelAddress.map { [$0.description] } ?? []
            return HostStanding(
                systemID: id, hostName: hostName, tunnelAddresses: tunnels, versions: record?.versions ?? [:],
                lastSeen: agent.flatMap { $0.heartbeat > 0 ? Timestamp(seconds: $0.heartbeat / 1_000) : nil },
                isAlive: chassis != nil && agent?.isAlive ?? false,
                ports: Set([id, hostName]).reduce(0) { $0 + boundCount($1) },
                certificateEnd: record?.certificateEnd, project: record?.standard.projectID,
                trusted: record?.trusted ?? [])
        }.sorted { ($0.hostName, $0.systemID) < ($1.hostName, $1.systemID) }
    }

    private func boundCount(_ host: String) -> Int {
        northbound.count(NorthboundIndexes.portOrder, .place(host: host, owner: nil))
    }
}

extension NetworkStore {
    /// All hosts, by host name.
    package func hosts() -> [HostStanding] { snapshot().hosts(at: now()) }
}
