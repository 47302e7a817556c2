import JSONCoding
package import NetAddress

/// Addresses from which subnets are given out, each once (extension `subnet_allocation`).
package struct SubnetPool: Hashable, Sendable {
    package var id: ID<SubnetPool>
    package var standard: StandardAttributes
    package var name = ""
    /// The fewest blocks that have its addresses, ascending.
    package var prefixes: [IPPrefix] = []
    package var ipVersion = IPVersion.v4
    /// The prefix lengths of its subnets: the least, the greatest, and that of those which ask for none.
    package var minimumLength = 0
    package var maximumLength = 0
    package var defaultLength = 0
    /// Whether it is the pool of requests that want the default one; of a version there is one at most.
    package var isDefault = false
    /// Whether every project may use it.
    package var shared = false
    /// How much one project may have of it: IPv4 addresses, or IPv6 blocks of length 64. Nil and 0: no limit.
    package var defaultQuota: Int?
    package var addressScopeID: ID<AddressScope>?

    package init(id: ID<SubnetPool>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }
}

extension SubnetPool: DeclaredResource {
    package static var memberName: String { "subnetpool" }
    package static var collectionName: String { "subnetpools" }

    package static let attributes = AttributeTable<SubnetPool>(
        [
            .id,
            Attribute("name", \.name, .filledName, [.create, .update], key: "neutron:name", isRequired: true),
            Attribute(
                "prefixes", \.prefixes, .prefixes, [.create, .update], key: "neutron:prefixes", isRequired: true),
            Attribute("ip_version", \.ipVersion, .ipVersion, key: "neutron:ip_version", always: true),
            Attribute(
                "min_prefixlen", \.minimumLength, .prefixLength, [.create, .update], key: "neutron:min_prefixlen"),
            Attribute(
                "max_prefixlen", \.maximumLength, .prefixLength, [.create, .update], key: "neutron:max_prefixlen"),
            Attribute(
                "default_prefixlen", \.defaultLength, .prefixLength, [.create, .update],
                key: "neutron:default_prefixlen"),
            Attribute("is_default", \.isDefault, .boolean, [.create, .update], key: "neutron:is_default"),
            Attribute("shared", \.shared, .boolean, .create, key: "neutron:shared"),
            Attribute(
                "default_quota", \.defaultQuota, .optional(.nonNegative), [.create, .update],
                key: "neutron:default_quota"),
            Attribute(
                "address_scope_id", \.addressScopeID, .optional(.id(AddressScope.self)), [.create, .update],
                key: "neutron:address_scope_id"),
        ] + Attribute.project + Attribute.standard)

    package static func notFound(_ id: String) -> NeutronError { .subnetPoolNotFound(id) }

    package static func check(_ made: SubnetPool, _ given: Given<SubnetPool>) throws(NeutronError) {
        var made = made
        try made.complete(given)
    }
}

extension SubnetPool {
    /// How many prefixes a pool has at most.
    package static let maximumPrefixes = 256

    /// Fills in what a request has left open, and refuses what contradicts itself. `old` is the pool before the request; nil
    /// for a new one.
    package mutating func complete(_ given: Given<SubnetPool>, from old: SubnetPool? = nil) throws(NeutronError) {
        let addresses = AddressSet(prefixes)
        if given.has("prefixes") {
            if let old, !AddressSet(old.prefixes).isSubset(of: addresses) {
                throw .illegalSubnetPoolPrefixUpdate("Existing prefixes must be a subset of the new prefixes")
            }
            if prefixes.isEmpty { throw .emptySubnetPoolPrefixList }
        }
        if old == nil { ipVersion = prefixes.first?.version ?? .v4 }
        guard prefixes.allSatisfy({ $0.version == ipVersion }) else { throw .prefixVersionMismatch }
        prefixes = addresses.blocks
        guard prefixes.count <= Self.maximumPrefixes else {
            throw .invalidInput("A subnet pool has at most \(Self.maximumPrefixes) prefixes, not \(prefixes.count)")
        }
        if old == nil {
            if !given.has("min_prefixlen") { minimumLength = ipVersion == .v4 ? 8 : 64 }
            if !given.has("max_prefixlen") { maximumLength = ipVersion.width }
            if !given.has("default_prefixlen") { defaultLength = minimumLength }
        }
        try checkLengths()
    }

    private func checkLengths() throws(NeutronError) {
        let (least, greatest) = (("min_prefixlen", minimumLength), ("max_prefixlen", maximumLength))
        let standard = ("default_prefixlen", defaultLength)
        if minimumLength > maximumLength { throw .illegalSubnetPoolPrefixBounds(least, greatest) }
        if maximumLength > ipVersion.width {
            throw .illegalSubnetPoolPrefixBounds(greatest, ("ip_version_max", ipVersion.width))
        }
        if defaultLength < minimumLength { throw .illegalSubnetPoolPrefixBounds(standard, least) }
        if defaultLength > maximumLength { throw .illegalSubnetPoolPrefixBounds(standard, greatest) }
    }
}

extension Kind<[IPPrefix]> {
    /// A subnet pool's blocks. Bits of a host are cleared.
    static var prefixes: Self {
        Self(
            refusing: { json throws(Refusal) in
                guard case .array(let items) = json else { throw Refusal("'\(json.shown)' is not a list") }
                guard items.count <= SubnetPool.maximumPrefixes else {
                    throw Refusal("there are at most \(SubnetPool.maximumPrefixes) prefixes, not \(items.count)")
                }
                var seen: Set<JSON> = []
                for item in items where !seen.insert(item).inserted {
                    throw Refusal("Duplicate items in the list: '\(item.shown)'")
                }
                var prefixes: [IPPrefix] = []
                for item in items { prefixes.append(try item.asPrefix()) }
                return prefixes
            }, json: { .array($0.map { .string($0.description) }) })
    }
}

extension Kind<String> {
    /// A name that is not empty.
    static var filledName: Self {
        words { json throws(Refusal) in
            if case .string(let text) = json, text.trimmed.isEmpty {
                throw Refusal("'\(text.shortened)' Blank strings are not permitted")
            }
            return try json.asName(255)
        }
    }
}

extension Kind<Int> {
    static var nonNegative: Self {
        var kind = Kind.integer()
        kind.read = { json, name throws(NeutronError) in try json.asNonNegative(name) }
        return kind
    }

    /// Replies have it as a text.
    static var prefixLength: Self {
        var kind = Kind.nonNegative
        kind.json = { .string(String($0)) }
        return kind
    }
}

extension JSON {
    func asNonNegative(_ name: String) throws(NeutronError) -> Int {
        let number = try asInteger()
        guard number >= 0 else { throw .invalidInput(for: name, Refusal("'\(number)' should be non-negative")) }
        return number
    }

    /// A block in CIDR notation; bits of a host are cleared.
    func asPrefix() throws(Refusal) -> IPPrefix {
        if case .string(let text) = self {
            if let prefix = IPPrefix(text) { return prefix }
            if let address = IPAddress(text) {
                let length = address.version.width
                throw Refusal("'\(text)' isn't a recognized IP subnet cidr, '\(address)/\(length)' is recommended")
            }
        }
        throw Refusal("'\(shown)' is not a valid IP subnet")
    }
}
