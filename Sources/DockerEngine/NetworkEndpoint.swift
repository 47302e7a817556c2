package import NetAddress

/// A container's place in one of the engine's networks (libnetwork's endpoint).
package struct NetworkEndpoint: Sendable, Equatable {
    package let networkID: String
    /// 64 hexadecimal digits; nil while the container does not run.
    package let endpointID: String?
    /// IPv4 and IPv6; none while the container does not run.
    package let addresses: [IPAddress]
    package let macAddress: MACAddress?
    /// What `--network-alias` and Compose have named it there; engines before 25 add the container's short id and its host name. A
    /// list of containers says none.
    package let aliases: [String]
    /// All names by which the engine's name server knows it, its own first: API 1.44 and newer. A list of containers says none.
    package let dnsNames: [String]

    package init(
        networkID: String, endpointID: String?, addresses: [IPAddress] = [], macAddress: MACAddress? = nil,
        aliases: [String] = [], dnsNames: [String] = []
    ) {
        self.networkID = networkID
        self.endpointID = endpointID
        self.addresses = addresses
        self.macAddress = macAddress
        self.aliases = aliases
        self.dnsNames = dnsNames
    }
}

/// The part of a container's description that tells its networks.
struct NetworkSettings: Decodable {
    let networks: [String: NetworkEndpoint]?

    enum CodingKeys: String, CodingKey { case networks = "Networks" }
}

extension NetworkEndpoint: Decodable {
    private enum Keys: String, CodingKey {
        case network = "NetworkID"
        case endpoint = "EndpointID"
        case ipv4 = "IPAddress"
        case ipv6 = "GlobalIPv6Address"
        case mac = "MacAddress"
        case aliases = "Aliases"
        case dnsNames = "DNSNames"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        /// The engine writes empty texts for what there is not.
        func text(_ key: Keys) throws -> String? {
            let text = try object.decodeIfPresent(String.self, forKey: key) ?? ""
            return text.isEmpty ? nil : text
        }
        self.init(
            networkID: try text(.network) ?? "", endpointID: try text(.endpoint),
            addresses: try [text(.ipv4), text(.ipv6)].compactMap { $0.flatMap { IPAddress($0) } },
            macAddress: try text(.mac).flatMap { MACAddress($0) },
            aliases: try object.decodeIfPresent([String].self, forKey: .aliases) ?? [],
            dnsNames: try object.decodeIfPresent([String].self, forKey: .dnsNames) ?? [])
    }
}
