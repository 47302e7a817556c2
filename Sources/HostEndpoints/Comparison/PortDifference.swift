/// Something that the API says of an endpoint here, and that its interface here is not.
///
/// It is told and nothing is done: an API client's word takes nothing away from a container that runs. See
/// docs/decisions/0018-a-running-container-keeps-its-interface.md.
package struct PortDifference: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The port was deleted.
        case deleted = "endpoint deleted"
        /// The port is on another host, or on none; behind another machine's port in the underlay mode.
        case elsewhere = "endpoint elsewhere"
        /// The port says that another container has it.
        case user = "endpoint of another"
        /// The port is switched off.
        case disabled = "endpoint switched off"
        case addresses = "address differs"
        case mac = "MAC differs"
        case mtu = "MTU differs"
        case vlan = "VLAN differs"
        case security = "port security differs"
    }

    package let kind: Kind
    package let portID: String
    /// The container's name, else the beginning of its id.
    package let container: String
    /// A few words, with both values.
    package let brief: String
    /// A sentence: the object, both values, and what to do.
    package let detail: String

    package init(_ kind: Kind, portID: String, container: String, brief: String, detail: String) {
        self.kind = kind
        self.portID = portID
        self.container = container
        self.brief = brief
        self.detail = detail
    }
}
