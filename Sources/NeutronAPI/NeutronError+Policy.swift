// Refusals about who asks.
extension NeutronError {
    /// 403: `rule` is the rule that was not met, or several: `(rule:create_network and rule:create_network:shared)`.
    package static func policyNotAuthorized(_ rule: String) -> Self {
        Self(status: 403, type: "PolicyNotAuthorized", message: "\(rule) is disallowed by policy")
    }

    /// 403, of what no rule of a policy says.
    package static var notAuthorized: Self { Self(status: 403, type: "NotAuthorized", message: "Not authorized.") }

    /// 400: a request for another project than its sender's.
    package static var projectOfAnother: Self {
        .badRequest(
            "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or "
                + "advsvc privileges")
    }

    /// 400: a request without a project by a sender that has none.
    package static var projectMissing: Self {
        .badRequest("Running without keystone AuthN requires that tenant_id is specified")
    }

    /// 403: `kind`, a port or a subnet, on a network that is neither the project's nor shared.
    package static func networkOfAnother(project: String, kind: String) -> Self {
        Self(
            status: 403, type: "HTTPForbidden",
            message: "Tenant \(project) not allowed to create \(kind) on this network")
    }
}
