package import HostSetup
package import NeutronAPI
import NeutronClient

extension ContainerHost {
    /// The security groups of these names or identifiers, in that order.
    /// - Throws: `notFound` naming the one that there is not; `refused` for a name that several have.
    package func securityGroups(_ references: [String]) async throws -> [ID<SecurityGroup>] {
        let filters = project.isEmpty ? [] : [("project_id", project)]
        var groups: [ID<SecurityGroup>] = []
        for reference in references {
            let group: SecurityGroup = try await api.resolve(
                reference, as: "security group", where: filters, within: remaining)
            guard !groups.contains(group.id) else {
                throw HostError(.usage, "security group \(reference) is named twice")
            }
            groups.append(group.id)
        }
        return groups
    }
}
