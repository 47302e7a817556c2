import JSONCoding
import NetAddress

extension Subnet: Resource {
    package static var memberName: String { "subnet" }
    package static var collectionName: String { "subnets" }
    package static func notFound(_ id: String) -> NeutronError { .subnetNotFound(id) }

    package static let attributes = AttributeTable<Subnet>(
        [.identifier("id", []) { $0.id }, .text("name", [.create, .update]) { $0.name }]
            + Attribute.project + own + Attribute.standard)

    private static let own: [Attribute<Subnet>] = [
        .identifier("network_id", .create) { $0.networkID },
        .integer("ip_version", .create) { $0.ipVersion.rawValue },
        Attribute(
            "cidr", .create,
            write: { $1.value($0.cidr.description) },
            filter: { texts in
                let wanted = Set(texts.compactMap { IPPrefix($0) })
                return { wanted.contains($0.cidr) }
            },
            sortKey: { .text($0.cidr.description) }),
        .address("gateway_ip", [.create, .update]) { $0.gatewayIP },
        .other("allocation_pools", [.create, .update]) { subnet, writer in
            writer.array(subnet.allocationPools) { writer, pool in
                writer.object {
                    $0.name("start")
                    $0.value(pool.first)
                    $0.name("end")
                    $0.value(pool.last)
                }
            }
        },
        .list("dns_nameservers", [.create, .update]) { $0.dnsNameservers.map(\.description) },
        .other("host_routes", [.create, .update]) { subnet, writer in
            writer.array(subnet.hostRoutes) { writer, route in
                writer.object {
                    $0.name("destination")
                    $0.value(route.destination.description)
                    $0.name("nexthop")
                    $0.value(route.nexthop)
                }
            }
        },
        .boolean("enable_dhcp", [.create, .update]) { $0.enableDHCP },
        .optionalText("ipv6_ra_mode", .create) { $0.ipv6RAMode?.rawValue },
        .optionalText("ipv6_address_mode", .create) { $0.ipv6AddressMode?.rawValue },
        .list("service_types", [.create, .update]) { $0.serviceTypes },
        .optionalText("subnetpool_id", .create) { $0.poolID?.description },
        .request("prefixlen", .create),
        .request("use_default_subnetpool", .create),
        // Of the network, which alone shows it.
        .query("shared") { texts throws(NeutronError) in
            var wanted: Set<Bool> = []
            for text in texts { wanted.insert(try JSON.string(text).asBoolean()) }
            return { [wanted] in wanted.contains($0.isShared) }
        },
    ]

    package static func create(from body: inout RequestReader) throws(NeutronError) -> SubnetCreate {
        let network = try body.required("network_id") { json throws(Refusal) in try json.asID(Network.self) }
        guard body.member("ip_version") != nil else {
            throw .badRequest("Failed to parse request. Required attribute 'ip_version' not specified")
        }
        guard let version = try body.integer("ip_version").flatMap({ IPVersion(rawValue: $0) }) else {
            throw .badRequest(
                "Invalid input for ip_version. Reason: \(body.member("ip_version")?.shown ?? "") is not in [4, 6].")
        }
        let cidr = try cidr(body)
        let length = try prefixLength(body)
        if cidr != nil, length != nil {
            throw .badRequest(resource: "subnets", "cidr and prefixlen must not be supplied together")
        }
        let pool = try pool(body)
        if cidr == nil, pool == nil {
            throw .badRequest(resource: "subnets", "a subnetpool must be specified in the absence of a cidr")
        }
        var request = SubnetCreate(
            projectID: try body.project(), networkID: network, cidr: cidr, ipVersion: version, pool: pool,
            prefixLength: length)
        request.name = try body.name() ?? ""
        request.description = try body.description() ?? ""
        request.gatewayIP = try body.field("gateway_ip") { json throws(Refusal) in try json.asAddress() }
        request.allocationPools = try pools(body)
        request.dnsNameservers = try nameservers(body) ?? []
        request.hostRoutes = try routes(body) ?? []
        request.enableDHCP = try body.boolean("enable_dhcp") ?? true
        request.ipv6RAMode = try body.choice("ipv6_ra_mode", IPv6Mode.self)
        request.ipv6AddressMode = try body.choice("ipv6_address_mode", IPv6Mode.self)
        request.serviceTypes = try serviceTypes(body) ?? []
        if let cidr, cidr.version != version { throw .versionMismatch("cidr", cidr, version) }
        if cidr == nil, request.allocationPools?.isEmpty == false {
            throw .badRequest(resource: "subnets", "allocation_pools allowed only for specific subnet requests.")
        }
        try request.validate()
        return request
    }

    private static func prefixLength(_ body: RequestReader) throws(NeutronError) -> Int? {
        guard let json = body.member("prefixlen"), json != .null else { return nil }
        return try json.asNonNegative("prefixlen")
    }

    private static func pool(_ body: RequestReader) throws(NeutronError) -> SubnetPoolChoice? {
        let wantsDefault =
            body.member("use_default_subnetpool") != .null
            ? try body.boolean("use_default_subnetpool") ?? false : false
        guard let json = body.member("subnetpool_id"), json != .null else { return wantsDefault ? .standard : nil }
        if json == "prefix_delegation" {
            throw .invalidInput("IPv6 prefix delegation is not supported by this server")
        }
        guard let id = try body.value("subnetpool_id", { json throws(Refusal) in try json.asID(SubnetPool.self) })
        else { return nil }
        if wantsDefault {
            throw .badRequest(
                resource: "subnets", "subnetpool_id and use_default_subnetpool cannot both be specified")
        }
        return .pool(id)
    }

    package static func update(from body: inout RequestReader) throws(NeutronError) -> SubnetUpdate {
        SubnetUpdate(
            name: try body.name(), description: try body.description(),
            gatewayIP: try body.field("gateway_ip") { json throws(Refusal) in try json.asAddress() },
            allocationPools: try pools(body), dnsNameservers: try nameservers(body), hostRoutes: try routes(body),
            enableDHCP: try body.boolean("enable_dhcp"), serviceTypes: try serviceTypes(body))
    }

    /// The kinds of users that a subnet can be for.
    private static let servicePrefixes = ["network:", "neutron:", "compute:"]
    private static let maximumServiceTypes = 64

    /// Without duplicates, in the order of the request.
    private static func serviceTypes(_ body: RequestReader) throws(NeutronError) -> [String]? {
        guard let value = body.member("service_types") else { return nil }
        if value == .null { return [] }
        guard case .array(let items) = value else { throw .badRequest("Subnet service types must be a list.") }
        guard items.count <= maximumServiceTypes else {
            throw .invalidInput("A subnet has at most \(maximumServiceTypes) service types, not \(items.count)")
        }
        var types: [String] = []
        for item in items {
            guard case .string(let text) = item else {
                throw NeutronError(
                    status: 400, type: "InvalidInputSubnetServiceType",
                    message: "Subnet service type \(item.shown) is not a string.")
            }
            guard ProjectID(text) != nil, servicePrefixes.contains(where: { text.hasPrefix($0) }) else {
                throw NeutronError(
                    status: 400, type: "InvalidSubnetServiceType",
                    message: "Subnet service type \(item.shown) does not correspond to a valid device owner.")
            }
            if !types.contains(text) { types.append(text) }
        }
        return types
    }

    private static func cidr(_ body: RequestReader) throws(NeutronError) -> IPPrefix? {
        guard let value = body.member("cidr"), value != .null else { return nil }
        // A plain address is a network of one.
        guard case .string(let text) = value,
            let cidr = IPPrefix(text) ?? IPAddress(text).flatMap({ IPPrefix($0, length: $0.version.width) })
        else { throw .invalidInput("\(value.shown) is not in a CIDR format") }
        return cidr
    }

    private static func pools(_ body: RequestReader) throws(NeutronError) -> [IPRange]? {
        guard let value = body.member("allocation_pools") else { return nil }
        if value == .null { return [] }
        guard case .array(let items) = value, items.allSatisfy({ $0.object != nil }) else {
            throw .invalidInput("Invalid data format for allocation pools")
        }
        guard items.count <= SubnetRules.maximumPools else {
            throw .invalidInput("A subnet has at most \(SubnetRules.maximumPools) allocation pools, not \(items.count)")
        }
        var pools: [IPRange] = []
        for item in items {
            guard case .object(let members) = item else { continue }
            guard Set(members.keys) == ["start", "end"], let start = members["start"], let end = members["end"] else {
                throw .badRequest(
                    "Invalid input for allocation_pools. Reason: Validation of dictionary's keys failed. "
                        + "Expected keys: {'start', 'end'} Provided keys: {\(members.keys.sorted().map(\.pythonQuoted).joined(separator: ", "))}."
                )
            }
            let (first, last): (IPAddress, IPAddress)
            do throws(Refusal) { (first, last) = (try start.asAddress(), try end.asAddress()) } catch {
                throw .badRequest("Invalid input for allocation_pools. Reason: \(error.reason).")
            }
            guard let range = IPRange(first, last) else {
                throw NeutronError(
                    status: 400, type: "InvalidAllocationPool",
                    message: "The allocation pool \(item.shown) is not valid.")
            }
            pools.append(range)
        }
        return pools
    }

    private static func nameservers(_ body: RequestReader) throws(NeutronError) -> [IPAddress]? {
        try body.value("dns_nameservers") { json throws(Refusal) in
            if json == .null { return [] }
            guard case .array(let items) = json else {
                throw Refusal("Invalid data format for nameserver: '\(json.shown)'")
            }
            var servers: [IPAddress] = []
            // One more than there may be: which limit is exceeded is said where the subnet is known.
            for item in items.prefix(SubnetRules.maximumNameservers + 1) {
                let server: IPAddress
                do throws(Refusal) { server = try item.asAddress() } catch {
                    throw Refusal("'\(item.shown)' is not a valid nameserver. \(error.reason)")
                }
                guard !servers.contains(server) else { throw Refusal("Duplicate nameserver '\(item.shown)'") }
                servers.append(server)
            }
            return servers
        }
    }

    private static func routes(_ body: RequestReader) throws(NeutronError) -> [HostRoute]? {
        try body.value("host_routes") { json throws(Refusal) in
            if json == .null { return [] }
            guard case .array(let items) = json else {
                throw Refusal("Invalid data format for hostroute: '\(json.shown)'")
            }
            var routes: [HostRoute] = []
            // As above.
            for item in items.prefix(SubnetRules.maximumHostRoutes + 1) {
                guard let members = item.object, Set(members.keys) == ["destination", "nexthop"],
                    let destination = members["destination"], let nexthop = members["nexthop"]
                else {
                    throw Refusal(
                        "Invalid input. '\(item.shown)' must be a dictionary with keys: ['destination', 'nexthop']")
                }
                guard case .string(let text) = destination, let whole = InterfaceAddress(text),
                    whole.prefix.network == whole.address
                else { throw Refusal("'\(destination.shown)' is not a valid CIDR") }
                let route = HostRoute(destination: whole.prefix, nexthop: try nexthop.asAddress())
                guard !routes.contains(route) else { throw Refusal("Duplicate hostroute '\(item.shown)'") }
                routes.append(route)
            }
            return routes
        }
    }
}
