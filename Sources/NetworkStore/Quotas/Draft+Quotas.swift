import NeutronAPI
import OVNModel
import OVSDB

// Each project has a row that counts what its limits allowed, so that replicas together never exceed one.
extension Draft {
    /// Refuses `count` new resources of a kind if the project may not have so many, and makes the transaction exclude
    /// concurrent ones that make some or change the limits: of two one fails. Adds nothing where the kind has no limit.
    ///
    /// A request's own resources are counted before any of them is planned; what it makes besides is counted by who
    /// plans that.
    mutating func takeQuota(_ count: Int = 1, of kind: String, for project: String) throws {
        let limits = configuration.quotas
        let snapshot = try snapshot()
        let row = snapshot.quota(of: project)
        let limit = row?.quotaLimit(of: kind) ?? limits[kind]
        guard limit >= 0, count > 0 else { return }
        guard QuotaCount.used(kind, by: project, in: snapshot.northbound) + count <= limit else {
            throw NeutronError.overQuota([kind])
        }
        try claimQuota(of: project, row)
    }

    /// The same for requests that make resources; what an earlier try has made is there already.
    mutating func takeQuota<Of: StoredResource>(for new: [(id: ID<Of>, request: Of.Create)]) throws {
        var counts: [String: Int] = [:]
        for (id, request) in new {
            if isRepetition, Of.find(id, in: try snapshot()) != nil { continue }
            counts[request.projectID, default: 0] += 1
        }
        for (project, count) in counts { try takeQuota(count, of: Of.memberName, for: project) }
    }

    mutating func update(quotaOf project: String, _ update: QuotaUpdate) throws -> QuotaLimits {
        let snapshot = try snapshot()
        if update.checksUsage {
            for kind in QuotaLimits.kinds {
                guard let limit = update.limits[kind], limit >= 0 else { continue }
                let used = QuotaCount.used(kind, by: project, in: snapshot.northbound)
                guard used <= limit else { throw NeutronError.quotaBelowUsage(kind, limit: limit, used: used) }
            }
        }
        guard !update.limits.isEmpty else { return snapshot.limits(of: project, configuration.quotas) }
        try claimQuota(of: project, snapshot.quota(of: project))
        guard let row = try self.snapshot().quota(of: project) else {
            throw NeutronError.quotaNotFound(project: project)
        }
        var changed = row
        for (kind, limit) in update.limits { changed.externalIDs[QuotaLayout.limit(of: kind)] = String(limit) }
        change(row, to: changed)
        return try self.snapshot().limits(of: project, configuration.quotas)
    }

    /// Gives a project the default limits again.
    mutating func delete(quotaOf project: String) throws {
        guard let row = try snapshot().quota(of: project), !row.quotaLimits.isEmpty else {
            if isRepetition { return }
            throw NeutronError.quotaNotFound(project: project)
        }
        // Of a concurrent request that counts on the limits one fails.
        append(
            .wait(
                Northbound.DHCPOptions.self, row.id, externalID: QuotaLayout.generation,
                equals: row.externalIDs[QuotaLayout.generation]))
        delete(row)
    }

    private mutating func claimQuota(of project: String, _ row: Northbound.DHCPOptions?) throws {
        if let row { return claim(row, QuotaLayout.generation) }
        let key = StringMap([QuotaLayout.project: project])
        append(
            .wait(
                on: Northbound.DHCPOptions.tableName, where: [Condition("external_ids", .includes, key.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
        var row = Northbound.DHCPOptions(id: RowID(of: ID<QuotaUpdate>.random()))
        row.externalIDs[Layout.revision] = 0
        row.externalIDs[QuotaLayout.project] = project
        row.externalIDs[QuotaLayout.generation] = "1"
        insert(row)
    }
}

extension Snapshot {
    func quota(of project: String) -> Northbound.DHCPOptions? {
        northbound.first(ProjectIndexes.quotas, .project(project))
    }

    func limits(of project: String, _ defaults: QuotaLimits) -> QuotaLimits {
        defaults.replaced(by: quota(of: project)?.quotaLimits ?? [:])
    }
}

extension Northbound.DHCPOptions {
    func quotaLimit(of kind: String) -> Int? { externalIDs[QuotaLayout.limit(of: kind)].flatMap { Int($0) } }

    /// The project's own.
    var quotaLimits: [String: Int] {
        var limits: [String: Int] = [:]
        for kind in QuotaLimits.kinds { limits[kind] = quotaLimit(of: kind) }
        return limits
    }
}
