import ArgumentParser
import Discretion
import NetworkStore
import NeutronAPI

extension NetworkStore {
    func user(_ name: String) throws -> IdentityUser {
        let snapshot = snapshot()
        if let user = snapshot.identityUser(named: name) ?? ID(hex: name).flatMap({ snapshot.identityUser($0) }) {
            return user
        }
        throw CommandFailure("there is no user \(name.plain()): ovn-ipam user list shows them")
    }

    /// The `project_id` of what a host makes for a project: that of the service's own project of this name or identifier. What an
    /// open service has made for a project has its name as it is, and so has its host. Where neither is there, the project is made.
    func owner(_ name: String) async throws -> String {
        let snapshot = snapshot()
        if let found = snapshot.identityProject(named: name)
            ?? ID(hex: name).flatMap({ snapshot.identityProject($0) })
        {
            return found.id.hex
        }
        if !snapshot.owned(byProject: name).isEmpty { return name }
        try checkName(name)
        var made = IdentityProject(id: .random(), standard: .new(""))
        made.name = name
        return try await create(made).id.hex
    }

    func project(_ name: String) throws -> IdentityProject {
        let snapshot = snapshot()
        if let found = snapshot.identityProject(named: name)
            ?? ID(hex: name).flatMap({ snapshot.identityProject($0) })
        {
            return found
        }
        throw CommandFailure(
            "there is no project \(name.plain()): ovn-ipam project create \(name.plain()) makes it")
    }
}

/// A name of something new.
func checkName(_ name: String) throws {
    if let fault = IdentityName.fault(name) { throw ValidationError("the name \(fault)") }
}
