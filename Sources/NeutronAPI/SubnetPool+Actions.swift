package import JSONCoding
package import NetAddress

// The bodies of a subnet pool's actions.
extension NeutronRequest {
    /// `{"prefixes": ["10.0.0.0/8"]}` of `add_prefixes` and `remove_prefixes`.
    package func prefixes() throws(NeutronError) -> [IPPrefix] {
        guard let json = members["prefixes"], json.array?.isEmpty == false else {
            throw .badRequest("Request body contains invalid data")
        }
        return try Kind.prefixes.read(json, "prefixes")
    }

    /// `{"network_id": "<id>"}` of `onboard_network_subnets`.
    package func onboardedNetwork() throws(NeutronError) -> ID<Network> {
        guard let text = members["network_id"]?.string else { throw .invalidInput("network_id must be specified.") }
        guard let id = ID<Network>(text) else { throw .networkNotFound(text.shortened) }
        return id
    }
}

extension JSONWriter {
    /// `{"prefixes": ["10.0.0.0/8"]}`
    package mutating func prefixes(of pool: SubnetPool) {
        object {
            $0.name("prefixes")
            $0.array(pool.prefixes) { $0.value($1.description) }
        }
    }

    /// `[{"id": "<subnet>", "cidr": "10.0.0.0/24"}]`
    package mutating func onboarded(_ subnets: [Subnet]) {
        array(subnets) { writer, subnet in
            writer.object {
                $0.name("id")
                $0.value(subnet.id)
                $0.name("cidr")
                $0.value(subnet.cidr.description)
            }
        }
    }
}
