import DockerNetworks
import HostSetup
import JSONCoding
import NeutronAPI

/// Of which type the members are that the plugin reads. One of another type is refused, so that none is taken for absent.
enum MemberKind: String {
    case text = "text"
    case truth = "true or false"
    case object = "an object"
    case list = "a list of objects"

    private static let members: [String: MemberKind] = [
        "NetworkID": .text, "EndpointID": .text, "SandboxKey": .text, "PoolID": .text, "AddressSpace": .text,
        "Pool": .text, "SubPool": .text, "Gateway": .text, "Address": .text, "AddressIPv6": .text, "MacAddress": .text,
        "V6": .truth, "Options": .object, "Interface": .object, "AuxAddresses": .object, "IPv4Data": .list,
        "IPv6Data": .list,
    ]
    /// Of `Options`, where everything else is of whatever type other drivers want.
    private static let options: [String: MemberKind] = [
        "com.docker.network.generic": .object, "com.docker.network.internal": .truth, "RequestAddressType": .text,
        "com.docker.network.endpoint.macaddress": .text, "com.docker.network.endpoint.name": .text,
    ]

    /// - Throws: `usage` naming the first member of another type. Null means absent: the engine writes it for what is empty.
    static func check(_ all: [String: JSON], of method: String) throws(HostError) {
        try check(all, members, method)
        try check(all["Options"]?.object ?? [:], options, method)
        try check(all["Interface"]?.object ?? [:], members, method)
        for family in ["IPv4Data", "IPv6Data"] {
            for data in all[family]?.array ?? [] { try check(data.object ?? [:], members, method) }
        }
    }

    private static func check(
        _ all: [String: JSON], _ kinds: [String: MemberKind], _ method: String
    ) throws(HostError) {
        for (name, value) in all.sorted(by: { $0.key < $1.key }) where value != .null {
            guard let kind = kinds[name], !kind.fits(value) else { continue }
            throw HostError(.usage, "\(method): \(name) is not \(kind.rawValue)")
        }
    }

    private func fits(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.text, .string), (.truth, .boolean), (.object, .object): true
        case (.list, .array(let elements)): elements.allSatisfy { $0.object != nil }
        default: false
        }
    }
}
