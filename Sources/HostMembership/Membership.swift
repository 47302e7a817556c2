package import Certificates
package import HostSetup
package import NetAddress
package import OVNModel
package import OVSDB
import OVSDBClient

/// What Open vSwitch's database says of a host that has joined with a certificate.
package struct Membership: Hashable, Sendable {
    package let central: CentralPoint
    package let southboundPort: Int
    /// The files of Open vSwitch's and ovn-controller's connections.
    package let folder: CredentialFolder
    package let systemID: String
    package let tunnelAddress: IPAddress
    package let bridge: String

    package init(
        central: CentralPoint, southboundPort: Int, folder: CredentialFolder, systemID: String,
        tunnelAddress: IPAddress, bridge: String
    ) {
        (self.central, self.southboundPort, self.folder) = (central, southboundPort, folder)
        (self.systemID, self.tunnelAddress, self.bridge) = (systemID, tunnelAddress, bridge)
    }

    /// The port of OVN's Southbound database at a central that is spoken to by TLS; nil where it is not.
    package static func southboundPort(_ row: OpenVSwitch.Configuration) -> Int? {
        let remotes = Result { try Remote.list(row.externalIDs["ovn-remote"] ?? "") }
        guard case .success(let all) = remotes, case .ssl(_, let port)? = all.first else { return nil }
        return port
    }

    /// What makes the database say it, in one transaction: nobody sees a remote without its certificate. Empty where it does.
    package func operations(_ replica: Replica) throws(HostError) -> [OVSDB.Operation] {
        guard let row = replica[OpenVSwitch.Configuration.self].only else { throw Self.noDatabase }
        var operations: [OVSDB.Operation] = []
        if let refusal = try Self.foreign(replica, folder) { throw refusal }
        if row.ssl == nil || replica[OpenVSwitch.SSL.self].first(where: { $0.id == row.ssl }).map(isOurs) != true {
            var ssl = OpenVSwitch.SSL(id: .random())
            (ssl.privateKey, ssl.certificate, ssl.caCert) =
                (folder.keyFile, folder.certificateFile, folder.authorityFile)
            var changed = row
            changed.ssl = ssl.id
            operations += [.insert(ssl), .update(changed, columns: [.ssl])]
        }
        var ids = [
            "ipam": central.address, HostSettings.centralTLSKey: "true",
            "ovn-remote": central.southbound(port: southboundPort), "ovn-encap-ip": "\(tunnelAddress)",
            "system-id": systemID, "ovn-mode": "overlay", "ovn-bridge": bridge,
        ]
        if row.externalIDs["ovn-encap-type"] == nil { ids["ovn-encap-type"] = "geneve" }
        if central.port != CentralPoint.apiPort { ids[HostSettings.centralPortKey] = "\(central.port)" }
        let differing = ids.filter { row.externalIDs[$0.key] != $0.value }
        if !differing.isEmpty {
            operations.append(
                .mutate(OpenVSwitch.Configuration.self, row.id, .put(.externalIDs, StringMap(differing))))
        }
        let obsolete = [HostSettings.joiningKey, HostSettings.centralPortKey].filter {
            ids[$0] == nil && row.externalIDs[$0] != nil
        }
        if !obsolete.isEmpty {
            operations.append(
                .mutate(OpenVSwitch.Configuration.self, row.id, .removeKeys(.externalIDs, obsolete)))
        }
        return operations
    }

    /// What takes the files out of the database; empty where they are not there.
    package static func removal(of folder: CredentialFolder, _ replica: Replica) -> [OVSDB.Operation] {
        guard let row = replica[OpenVSwitch.Configuration.self].only, let id = row.ssl,
            replica[OpenVSwitch.SSL.self].first(where: { $0.id == id })?.privateKey == folder.keyFile
        else { return [] }
        var changed = row
        changed.ssl = nil
        return [.update(changed, columns: [.ssl])]
    }

    /// Why Open vSwitch's TLS cannot become ours: there is one row for all connections of the machine, and it is another's.
    package static func foreign(_ replica: Replica, _ folder: CredentialFolder) throws(HostError) -> HostError? {
        guard let row = replica[OpenVSwitch.Configuration.self].only else { throw noDatabase }
        guard let ssl = replica[OpenVSwitch.SSL.self].first(where: { $0.id == row.ssl }),
            ssl.privateKey != folder.keyFile
        else { return nil }
        return HostError(
            .refused,
            "open vswitch has TLS with another key, \(ssl.privateKey), and can have but one: "
                + "where nothing needs it, 'ovs-vsctl del-ssl' removes it")
    }

    private func isOurs(_ ssl: OpenVSwitch.SSL) -> Bool {
        ssl.privateKey == folder.keyFile && ssl.certificate == folder.certificateFile
            && ssl.caCert == folder.authorityFile && !ssl.bootstrapCaCert
    }

    private static let noDatabase = HostError(
        .refused,
        "open vswitch's database has not been set up: start Open vSwitch by its service, "
            + "or run 'ovs-vsctl --no-wait init'")
}
