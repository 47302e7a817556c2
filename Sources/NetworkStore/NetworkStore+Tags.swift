package import NeutronAPI
import OVNModel
import OVSDB

extension NetworkStore {
    /// The tags of a resource, sorted.
    package func tags(of resource: ResourceID) async throws -> [String] {
        switch resource {
        case .network(let id): try await network(id).standard.tags
        case .subnet(let id): try await subnet(id).standard.tags
        case .port(let id): try await port(id).standard.tags
        case .trunk(let id): try await trunk(id).standard.tags
        }
    }

    /// Replaces the tags of a resource.
    package func setTags(_ tags: [String], of resource: ResourceID) async throws {
        try await changeTags(of: resource) { $0 = tags }
    }

    /// Adds tags to a resource; existing ones stay.
    package func addTags(_ tags: [String], to resource: ResourceID) async throws {
        try await changeTags(of: resource) { $0 += tags }
    }

    /// Removes a tag of a resource, which must have it.
    package func removeTag(_ tag: String, of resource: ResourceID) async throws {
        try await changeTags(of: resource) { tags in
            guard let place = tags.firstIndex(of: tag) else { throw NeutronError.tagNotFound(tag) }
            tags.remove(at: place)
        }
    }

    @discardableResult
    private func changeTags(
        of resource: ResourceID, _ body: @escaping @Sendable (inout [String]) throws -> Void
    ) async throws -> [String] {
        try await change { draft in
            switch resource {
            case .network(let id):
                guard let row = try draft.snapshot().logicalSwitch(id) else { throw NeutronError.networkNotFound(id) }
                return try draft.changeTags(of: row, body) { draft, changed in draft.change(row, to: changed) }
            case .subnet(let id):
                guard let row = try draft.snapshot().dhcpOptions(id) else { throw NeutronError.subnetNotFound(id) }
                return try draft.changeTags(of: row, body) { draft, changed in draft.change(row, to: changed) }
            case .port(let id):
                guard let row = try draft.snapshot().logicalSwitchPort(id) else { throw NeutronError.portNotFound(id) }
                return try draft.changeTags(of: row, body) { draft, changed in draft.change(row, to: changed) }
            case .trunk(let id): return try draft.changeTags(of: id, body)
            }
        }
    }
}

extension Draft {
    fileprivate mutating func changeTags<R: OwnedRow>(
        of row: R, _ body: (inout [String]) throws -> Void, write: (inout Draft, R) -> Void
    ) throws -> [String] {
        guard var standard = StandardAttributes(externalIDs: row.externalIDs) else { return [] }
        let old = standard.tags
        standard.tags = try tags(old, body)
        guard standard.tags != old else { return old }
        touch(&standard)
        var changed = row
        standard.write(to: &changed.externalIDs)
        expectUnchanged(row)
        write(&self, changed)
        return standard.tags
    }

    fileprivate mutating func changeTags(of id: ID<Trunk>, _ body: (inout [String]) throws -> Void) throws -> [String] {
        guard var trunk = try snapshot().trunk(id) else { throw NeutronError.trunkNotFound(id) }
        let old = trunk.standard.tags
        trunk.standard.tags = try tags(old, body)
        return trunk.standard.tags == old ? old : try write(trunk).standard.tags
    }

    private func tags(_ old: [String], _ body: (inout [String]) throws -> Void) throws -> [String] {
        var tags = old
        do {
            try body(&tags)
        } catch  where isRepetition {
            // The tag is gone: by the try whose outcome was unknown.
            return old
        }
        return Set(tags).sorted()
    }
}
