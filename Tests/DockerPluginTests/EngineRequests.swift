import JSONCoding
import NeutronAPI

/// Calls as Docker 20.10 makes them, byte for byte.
enum EngineRequests {
    static let network = "6b17d5dd1c3b4a5b9d7e2f0a8c6e4d2b6b17d5dd1c3b4a5b9d7e2f0a8c6e4d2b"
    static let endpoint = "e1f0c3a5b7d94e6f8a0b2c4d6e8f0a1be1f0c3a5b7d94e6f8a0b2c4d6e8f0a1b"
    private static let named = #"{"NetworkID":"\#(network)","EndpointID":"\#(endpoint)""#

    /// Those that need what is in their bodies.
    static let recorded: [(method: String, body: String)] = [
        (
            "IpamDriver.RequestPool",
            #"{"AddressSpace":"ovn","Pool":"10.1.0.0/16","SubPool":"","Options":{},"V6":false}"#
        ),
        (
            "IpamDriver.RequestAddress",
            #"{"PoolID":"10.1.0.0/16","Address":"","Options":{"com.docker.network.endpoint.macaddress":"02:42:0a:01:00:05"}}"#
        ),
        (
            "IpamDriver.RequestAddress",
            #"{"PoolID":"10.1.0.0/16","Address":"10.1.0.1","Options":{"RequestAddressType":"com.docker.network.gateway"}}"#
        ),
        ("IpamDriver.ReleaseAddress", #"{"PoolID":"10.1.0.0/16","Address":"10.1.0.5"}"#),
        ("IpamDriver.ReleasePool", #"{"PoolID":"10.1.0.0/16"}"#),
        (
            "NetworkDriver.CreateNetwork",
            #"{"NetworkID":"\#(network)","Options":{"com.docker.network.enable_ipv6":false,"com.docker.network.generic":{"net":"blue"}},"IPv4Data":[{"AddressSpace":"ovn","Pool":"10.1.0.0/16","Gateway":"10.1.0.1/16","AuxAddresses":{}}],"IPv6Data":[]}"#
        ),
        ("NetworkDriver.DeleteNetwork", #"{"NetworkID":"\#(network)"}"#),
        (
            "NetworkDriver.CreateEndpoint",
            named
                + #","Interface":{"Address":"10.1.0.5/16","AddressIPv6":"","MacAddress":"02:42:0a:01:00:05"},"Options":{"com.docker.network.endpoint.exposedports":[{"Proto":6,"Port":80}],"com.docker.network.portmap":[]}}"#
        ),
        (
            "NetworkDriver.Join",
            named + #","SandboxKey":"/var/run/docker/netns/0f5e3c7a9b1d","Options":{"com.docker.network.portmap":[]}}"#
        ),
        ("NetworkDriver.EndpointOperInfo", named + "}"),
        ("NetworkDriver.Leave", named + "}"),
        ("NetworkDriver.DeleteEndpoint", named + "}"),
    ]

    /// Those that the plugin takes note of and no more, or that say the same whatever is asked.
    static let idle = [
        "Plugin.Activate", "NetworkDriver.GetCapabilities", "IpamDriver.GetCapabilities",
        "IpamDriver.GetDefaultAddressSpaces", "NetworkDriver.ProgramExternalConnectivity",
        "NetworkDriver.RevokeExternalConnectivity", "NetworkDriver.DiscoverNew", "NetworkDriver.DiscoverDelete",
    ]

    /// A body once for each of its members that the plugin reads, with something of another type in its place.
    static func mistyped(_ body: JSON) -> [JSON] {
        guard case .object(let members) = body else { return [] }
        var variants: [JSON] = []
        for (name, value) in members {
            func replaced(_ other: JSON) -> JSON { .object(members.merging([name: other]) { $1 }) }
            // The options of other drivers are of any type.
            guard !name.contains("portmap"), !name.contains("exposedports"), !name.contains("enable_ipv6") else {
                continue
            }
            let others: [JSON] = [5, "x", true, [], [:], .number(1.5)]
            variants += others.filter { !isAlike($0, value) }.map(replaced)
            if name == "com.docker.network.generic" || name == "AuxAddresses" { continue }
            variants += mistyped(value).map(replaced)
            for element in value.array ?? [] { variants += mistyped(element).map { replaced([$0]) } }
            if value.array?.isEmpty == false { variants += ([5, "x", []] as [JSON]).map { replaced([$0]) } }
        }
        return variants
    }

    private static func isAlike(_ one: JSON, _ other: JSON) -> Bool {
        switch (one, other) {
        case (.string, .string), (.boolean, .boolean), (.object, .object), (.array, .array): true
        default: false
        }
    }
}
