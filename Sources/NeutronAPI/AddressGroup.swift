import JSONCoding
package import NetAddress

/// A set of addresses that rules of security groups name (extension `address-group`).
package struct AddressGroup: Hashable, Sendable {
    package var id: ID<AddressGroup>
    package var standard: StandardAttributes
    package var name = ""
    /// At most ``maximumAddresses``; each once, in no particular order.
    package var addresses: [IPPrefix] = []
    /// Whether it is shared with the project that looks. The API does not show it.
    package var shared = false

    package init(id: ID<AddressGroup>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }

    /// What one group may have: every host has flows for each of them.
    package static let maximumAddresses = 1_000
}

extension AddressGroup: DeclaredResource {
    package static var memberName: String { "address_group" }
    package static var collectionName: String { "address_groups" }

    package static let attributes = AttributeTable<AddressGroup>(
        [.id, Attribute("name", \.name, .name, [.create, .update], key: "neutron:name"), .described]
            + Attribute.project + [Attribute("addresses", \.addresses, .blocks, .create)] + Attribute.timed)

    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(status: 404, type: "AddressGroupNotFound", message: "Address group \(id) could not be found.")
    }
}

extension NeutronRequest {
    /// The body of `add_addresses` and `remove_addresses`: `{"addresses": […]}`.
    package func addresses() throws(NeutronError) -> [IPPrefix] {
        guard let value = members["addresses"] else { throw .missingAttribute("addresses") }
        return try Kind.blocks.read(value, "addresses")
    }
}

extension Kind<[IPPrefix]> {
    /// Blocks in CIDR notation, whose bits of a host are dropped. Null is none.
    static var blocks: Self {
        Self(
            refusing: { json throws(Refusal) in try json.asBlocks() },
            json: { .array($0.map { .string($0.description) }) })
    }
}

extension JSON {
    fileprivate func asBlocks() throws(Refusal) -> [IPPrefix] {
        if self == .null { return [] }
        guard case .array(let items) = self else { throw Refusal("'\(shown)' is not a list") }
        guard items.count <= AddressGroup.maximumAddresses else {
            throw Refusal("the list has more than \(AddressGroup.maximumAddresses) elements")
        }
        var seen: Set<String> = []
        var blocks: [IPPrefix] = []
        for item in items {
            guard case .string(let text) = item else { throw Refusal("'\(item.shown)' is not a valid IP subnet") }
            guard seen.insert(text).inserted else { throw Refusal("Duplicate items in the list: '\(item.shown)'") }
            blocks.append(try Self.block(text))
        }
        return blocks
    }

    private static func block(_ text: String) throws(Refusal) -> IPPrefix {
        if let block = InterfaceAddress(text) { return block.prefix }
        guard let address = IPAddress(text) else { throw Refusal("'\(text.shortened)' is not a valid IP subnet") }
        throw Refusal(
            "'\(address)' isn't a recognized IP subnet cidr, '\(address)/\(address.version.width)' is recommended")
    }
}

// Refusals about address groups.
extension NeutronError {
    /// 409: rules of security groups name it.
    package static func addressGroupInUse(_ id: ID<AddressGroup>) -> Self {
        Self(
            status: 409, type: "AddressGroupInUse",
            message: "Address group \(id) is in use on one or more security group rules.")
    }

    /// 404: addresses to be removed that are not there.
    package static func addressesNotFound(_ addresses: [IPPrefix], in id: ID<AddressGroup>) -> Self {
        Self(
            status: 404, type: "AddressesNotFound",
            message: "Addresses \(addresses.map(\.description).pythonList) not found in the address group \(id).")
    }

    /// 400: addresses to be added that are there.
    package static func addressesAlreadyExist(_ addresses: [IPPrefix], in id: ID<AddressGroup>) -> Self {
        Self(
            status: 400, type: "AddressesAlreadyExist",
            message: "Addresses \(addresses.map(\.description).pythonList) already exist in the address group \(id).")
    }

    /// 400: more than a group may have.
    package static var tooManyAddresses: Self {
        badRequest(
            resource: AddressGroup.collectionName,
            "The number of addresses exceeds the limit of \(AddressGroup.maximumAddresses) per address group")
    }
}
