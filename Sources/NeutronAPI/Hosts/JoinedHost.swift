package import Deadlines
import JSONCoding
package import NetAddress

/// A host that has joined with a certificate. `/v2.0` does not show it.
package struct JoinedHost: Hashable, Sendable {
    package var id: ID<JoinedHost>
    /// Its project is the one that the host acts for; it was created when the host joined.
    package var standard: StandardAttributes
    /// The chassis' name, and the common name of its certificates.
    package var systemID = ""
    /// What `binding:host_id` calls it.
    package var hostName = ""
    /// Where its tunnels end.
    package var tunnelAddress: IPAddress?
    /// The hash of its public key, which its certificates must have.
    package var keyHash = ""
    /// Of its newest certificate.
    package var certificateEnd = Timestamp(seconds: 0)
    /// The fingerprint of the authority that it is from.
    package var issuer = ""
    /// When that was made.
    package var renewedAt = Timestamp(seconds: 0)
    /// What it said of its programs: `ovs`, `ovn`, `ovn_containers`.
    package var versions: [String: String] = [:]
    /// The fingerprints of the authorities that it trusts: those that it was given when it joined, then what it said when its
    /// certificate was renewed.
    package var trusted: [String] = []
    /// Whether it is being removed: its certificate is no right any more.
    package var isLeaving = false

    package init(id: ID<JoinedHost>, standard: StandardAttributes) { (self.id, self.standard) = (id, standard) }

    /// The names by which ports can be bound to it.
    package var names: Set<String> { [systemID, hostName] }
}

extension JoinedHost: DeclaredResource {
    package static var memberName: String { "host" }
    package static var collectionName: String { "hosts" }

    package static let attributes = AttributeTable<JoinedHost>(
        [
            .id,
            .keptOnly(systemIDKey, \.systemID, .text()),
            .keptOnly(hostNameKey, \.hostName, .text()),
            .keptOnly(tunnelAddressKey, \.tunnelAddress, .optional(.address)),
            .keptOnly(keyHashKey, \.keyHash, .text()),
            .keptOnly("neutron:certificate_end", \.certificateEnd, .timestamp),
            .keptOnly("neutron:issuer", \.issuer, .text()),
            .keptOnly("neutron:renewed_at", \.renewedAt, .timestamp),
            .keptOnly("neutron:versions", \.versions, .texts),
            .keptOnly("neutron:trusted", \.trusted, .list(.text())),
            .keptOnly(leavingKey, \.isLeaving, .boolean),
        ] + Attribute.project)

    /// Under which its system id is kept.
    package static let systemIDKey = "neutron:system_id"
    /// Under which the hash of its key is kept.
    package static let keyHashKey = "neutron:public_key_hash"
    /// Whether it is being removed: `true`, or absent.
    package static let leavingKey = "neutron:leaving"
    /// Under which its host name is kept.
    package static let hostNameKey = "neutron:host_name"
    /// Under which its tunnel address is kept.
    package static let tunnelAddressKey = "neutron:tunnel_address"

    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(status: 404, type: "HostNotFound", message: "Host \(id) could not be found.")
    }
}

extension Kind<[String: String]> {
    /// An object whose members are texts.
    fileprivate static var texts: Self {
        Self(
            refusing: { json throws(Refusal) in
                guard let members = json.object else { throw Refusal("'\(json.shown)' is not an object") }
                return members.compactMapValues(\.string)
            },
            json: { .object($0.mapValues { .string($0) }) })
    }
}
