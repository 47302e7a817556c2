package import Certificates
import FoundationEssentials
import Glibc
import HostNetwork
package import HostSetup
package import OVNModel
import OVSDB

/// What OVN calls a host: the name of its chassis, and of its certificate.
package enum SystemID {
    /// Where Open vSwitch's start script keeps it, and writes it into the database from (ovs-ctl(8)).
    package static let file = "/etc/openvswitch/system-id.conf"

    /// The one that the host has, by its database or else by that file; else a new one, which is written into the file where Open
    /// vSwitch's folder of settings is there: its start script would choose another one.
    package static func ensure(
        _ row: OpenVSwitch.Configuration, file: String = Self.file
    ) throws(HostError) -> CertificateName {
        let known = row.externalIDs["system-id"].flatMap { $0.isEmpty ? nil : $0 } ?? kept(file)
        if let known {
            guard let name = CertificateName(known) else {
                throw HostError(
                    .refused,
                    "this host's system id \"\(known)\" cannot be the name of a certificate, which has 1 to 64 printable "
                        + "characters of ASCII without blanks: set another, "
                        + "'ovs-vsctl set Open_vSwitch . external_ids:system-id=NAME'; nothing changed")
            }
            return name
        }
        let made = UUID().uuidString.lowercased()
        guard let name = CertificateName(made) else { throw HostError(.refused, "no system id can be made") }
        let folder = String(file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex))
        if access(folder, F_OK) == 0 {
            do { try TextFile.replace(file, "\(made)\n") } catch {
                throw HostError(.refused, "a system id cannot be kept: \(error); nothing changed")
            }
        }
        return name
    }

    private static func kept(_ file: String) -> String? {
        let text = TextFile.find(file)?.filter { !$0.isWhitespace } ?? ""
        return text.isEmpty ? nil : text
    }
}
