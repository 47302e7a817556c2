package import NeutronAPI
import OVNModel
import OVSDB

extension NetworkStore {
    /// The limits of projects without their own.
    package var defaultQuota: QuotaLimits { configuration.quotas }

    package func quota(of project: String) async throws -> QuotaLimits {
        try await lookAgain()
        return snapshot().limits(of: project, configuration.quotas)
    }

    /// The limits of all projects that have their own, by project.
    package func quotas() async throws -> [(project: String, limits: QuotaLimits)] {
        try await lookAgain()
        return snapshot().northbound.rows(ProjectIndexes.quotas, .all).compactMap { row in
            guard let project = row.externalIDs[QuotaLayout.project], !row.quotaLimits.isEmpty else { return nil }
            return (project, configuration.quotas.replaced(by: row.quotaLimits))
        }
        .sorted { $0.project < $1.project }
    }

    package func quotaUsage(of project: String) async throws -> [QuotaUsage] {
        try await lookAgain()
        let snapshot = snapshot()
        let limits = snapshot.limits(of: project, configuration.quotas)
        return QuotaLimits.kinds.map { kind in
            QuotaUsage(
                kind: kind, limit: limits[kind], used: QuotaCount.used(kind, by: project, in: snapshot.northbound))
        }
    }

    /// Sets limits of a project; the new ones.
    package func updateQuota(of project: String, _ update: QuotaUpdate) async throws -> QuotaLimits {
        try await change { draft in try draft.update(quotaOf: project, update) }
    }

    /// Gives a project the default limits again.
    package func deleteQuota(of project: String) async throws {
        try await change { draft in try draft.delete(quotaOf: project) }
    }
}
