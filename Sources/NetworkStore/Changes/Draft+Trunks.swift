import NeutronAPI
import OVNModel
import OVSDB

// Every change of a trunk claims its parent, so that of two concurrent ones one is planned again.
extension Draft {
    mutating func create(_ id: ID<Trunk>, _ request: TrunkCreate) throws -> Trunk {
        let snapshot = try snapshot()
        if isRepetition, let made = snapshot.trunk(id) { return made }
        let parent = try self.parent(request.portID, in: snapshot)
        let trunk = Trunk(
            id: id, name: request.name,
            standard: created(request.projectID, request.description, revision: 0),
            adminStateUp: request.adminStateUp, portID: request.portID)
        try touchParent(parent)
        return try write(trunk, carrying: request.subports)
    }

    mutating func update(_ id: ID<Trunk>, _ update: TrunkUpdate, _ revision: Int?) throws -> Trunk {
        let old = try trunk(id)
        try check(revision, against: old.standard)
        var trunk = old
        if let name = update.name { trunk.name = name }
        if let description = update.description { trunk.standard.description = description }
        if let adminStateUp = update.adminStateUp { trunk.adminStateUp = adminStateUp }
        return trunk == old ? old : try write(trunk)
    }

    mutating func delete(_ id: ID<Trunk>, _ revision: Int?) throws {
        let snapshot = try snapshot()
        guard let parent = snapshot.trunkParent(id), let trunk = Trunk(parent: parent, in: snapshot) else {
            if isRepetition { return }
            throw NeutronError.trunkNotFound(id)
        }
        try check(revision, against: trunk.standard)
        guard trunk.adminStateUp else { throw NeutronError.trunkDisabled(id) }
        claimSubports(of: parent)
        for subport in trunk.subports { try release(subport.portID) }
        var changed = parent
        Trunk.erase(from: &changed.externalIDs)
        change(parent, to: changed)
        try touchParent(parent)
    }

    mutating func add(_ requests: [SubportRequest], to id: ID<Trunk>) throws -> Trunk {
        let trunk = try trunk(id)
        if isRepetition, requests.allSatisfy({ trunk.carries($0) }) { return trunk }
        guard trunk.adminStateUp else { throw NeutronError.trunkDisabled(id) }
        return requests.isEmpty ? trunk : try write(trunk, carrying: requests)
    }

    mutating func remove(_ ports: [ID<Port>], from id: ID<Trunk>) throws -> Trunk {
        let trunk = try trunk(id)
        guard trunk.adminStateUp else { throw NeutronError.trunkDisabled(id) }
        let present = Set(trunk.subports.map(\.portID))
        for port in ports where !present.contains(port) {
            if isRepetition { continue }
            throw NeutronError.subportNotFound(port, trunk: id)
        }
        let leaving = ports.filter(present.contains)
        guard !leaving.isEmpty else { return trunk }
        for port in leaving { try release(port) }
        return try write(trunk)
    }

    // MARK: Parts

    private mutating func trunk(_ id: ID<Trunk>) throws -> Trunk {
        guard let trunk = try snapshot().trunk(id) else { throw NeutronError.trunkNotFound(id) }
        return trunk
    }

    /// The row of a port that can become the parent of a trunk.
    private func parent(_ id: ID<Port>, in snapshot: Snapshot) throws(NeutronError) -> Northbound.LogicalSwitchPort {
        guard let row = snapshot.logicalSwitchPort(id) else { throw .portNotFound(id) }
        // OVN supports one level of nesting.
        if row.externalIDs[SubportLayout.trunkID] != nil || row.parentName != nil { throw .trunkPortInUse(id) }
        if row.externalIDs[TrunkLayout.id] != nil { throw .parentPortInUse(id) }
        return row
    }

    /// Writes a trunk's next revision and its new subports.
    mutating func write(_ changed: Trunk, carrying requests: [SubportRequest] = []) throws -> Trunk {
        var trunk = changed
        touch(&trunk.standard)
        guard let row = try snapshot().logicalSwitchPort(trunk.portID) else {
            throw NeutronError.portNotFound(trunk.portID)
        }
        claimSubports(of: row)
        for request in requests { try carry(request, on: trunk) }
        var changedRow = row
        trunk.write(to: &changedRow.externalIDs)
        change(row, to: changedRow)
        return try self.trunk(trunk.id)
    }

    /// A port that becomes or ceases to be a parent gets a new revision: a concurrent deletion of it is planned again.
    private mutating func touchParent(_ row: Northbound.LogicalSwitchPort) throws {
        guard let id = row.portID, let current = try snapshot().logicalSwitchPort(id),
            var standard = StandardAttributes(externalIDs: current.externalIDs)
        else { return }
        touch(&standard)
        var changed = current
        standard.write(to: &changed.externalIDs)
        expectUnchanged(current)
        change(current, to: changed)
    }
}

extension Trunk {
    fileprivate func carries(_ request: SubportRequest) -> Bool {
        guard case .vlan(let tag) = request.segmentation else { return false }
        return subports.contains { $0.portID == request.portID && $0.segmentationID == tag }
    }
}
