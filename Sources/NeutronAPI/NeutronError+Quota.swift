// Refusals about quotas.
extension NeutronError {
    /// 409: the project may not have so many of these kinds.
    package static func overQuota(_ kinds: [String]) -> Self {
        Self(
            status: 409, type: "OverQuota",
            message: "Quota exceeded for resources: \(kinds.pythonList).")
    }

    /// 404: the project has no limits of its own.
    package static func quotaNotFound(project: String) -> Self {
        Self(
            status: 404, type: "TenantQuotaNotFound",
            message: "Quota for tenant \(project.shortened) could not be found.")
    }

    /// 400: a limit that is checked against what is used.
    package static func quotaBelowUsage(_ kind: String, limit: Int, used: Int) -> Self {
        badRequest("Quota limit \(limit) for \(kind) must be greater than or equal to already used \(used)")
    }

    /// 400: a requester without a project asks for its own.
    package static var quotaProjectMissing: Self {
        Self(status: 400, type: "QuotaMissingTenant", message: "Tenant-id was missing from quota request.")
    }

    /// 403: the usage of another project's quota.
    package static var quotaOfAnother: Self {
        Self(
            status: 403, type: "AdminRequired",
            message: "User does not have admin privileges: "
                + "Only admin is authorized to access quotas for another project.")
    }
}
