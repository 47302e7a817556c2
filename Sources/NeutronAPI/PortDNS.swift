/// The names of a port (extensions `dns-integration` and `dns-domain-ports`).
package struct PortDNS: Hashable, Sendable {
    /// `dns_name`: a host's name in lower case, mostly one label; empty for none.
    package var name: String
    /// `dns_domain`: kept for the client, and without effect, as in a Neutron without an external DNS service.
    package var domain: String
    /// The domain of the fully qualified names in `dns_assignment`, in lower case with a final dot.
    package var serverDomain: String

    package init(name: String = "", domain: String = "", serverDomain: String = PortDNS.defaultDomain) {
        (self.name, self.domain, self.serverDomain) = (name, domain, serverDomain)
    }

    /// Neutron's `dns_domain` where nothing else is configured.
    package static let defaultDomain = "openstacklocal."

    /// The fully qualified name, with a final dot; empty without a name.
    package var qualifiedName: String {
        name.isEmpty || name.hasSuffix(".") ? name : "\(name).\(serverDomain)"
    }
}
