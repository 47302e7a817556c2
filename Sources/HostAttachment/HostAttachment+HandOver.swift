import Deadlines
package import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension HostAttachment {
    /// Plugs an endpoint in whose container's end stays on the host, down, with MAC and MTU set: the engine moves it into the container,
    /// names it and gives it its addresses.
    ///
    /// What is there of the port already is taken away first: a repeated call begins afresh. What fails half-way is undone. OVN is not
    /// waited for: ``waitInstalled(portID:within:)`` does that.
    ///
    /// `container` becomes the row's `vm-id`: the container's id, or another name for it.
    ///
    /// - Returns: the attachment, whose `containerInterface` is the name of the end to move.
    /// - Throws: ``AttachmentError``.
    package func handOver(
        _ endpoint: Endpoint, to container: String, within limit: Duration
    ) async throws(AttachmentError) -> Attachment {
        let deadline = Deadline(after: limit)
        do {
            try endpoint.check()
            let lock = try await NameLock.hold(Self.lockName(endpoint.portID), within: limit)
            defer { withExtendedLifetime(lock) {} }
            let (bridge, datapath) = try bridge(endpoint.bridge, in: ovs.replica)
            if try record(of: endpoint, in: ovs.replica) != nil {
                try await remove(portID: endpoint.portID, until: deadline)
            }
            var work = HandOver(
                host: self, endpoint: endpoint, container: container, bridge: bridge, datapath: datapath)
            do {
                try await work.perform(until: deadline)
            } catch {
                try await work.undo(after: error)
            }
            guard let attachment = attachment(portID: endpoint.portID) else {
                throw AttachmentError(.database, "the rows of port \(endpoint.portID) were deleted meanwhile")
            }
            return attachment
        } catch {
            throw AttachmentError(error, during: "plug port \(endpoint.portID) in")
        }
    }

    /// Writes down what has become known of an attachment that was handed over: where its sandbox is, which container it is.
    /// What is as it should be is not written. Does nothing where there is no such attachment.
    package func complete(
        portID: String, sandbox: Sandbox.Location? = nil, containerID: String? = nil,
        annotations: [String: String] = [:], within limit: Duration
    ) async throws(AttachmentError) {
        var ids: [String: String] = [:]
        if let sandbox { ids[InterfaceKeys.sandbox] = sandbox.description }
        if let containerID { ids[InterfaceKeys.containerID] = containerID }
        for (key, value) in annotations { ids[InterfaceKeys.prefix + key] = value }
        try await note(ids, ofPort: portID, within: limit)
    }

    /// Writes down that the API has said that the port is this container's. Does nothing where that is known, or where there is no
    /// such attachment.
    package func confirm(portID: String, within limit: Duration) async throws(AttachmentError) {
        try await note([InterfaceKeys.confirmed: "true"], ofPort: portID, within: limit)
    }

    private func note(
        _ ids: [String: String], ofPort portID: String, within limit: Duration
    ) async throws(AttachmentError) {
        guard let row = ovs.replica.first(Self.interfacesByPort, portID), Attachment(row, bridge: "") != nil else {
            return
        }
        let differing = ids.filter { row.externalIDs[$0.key] != $0.value }
        guard !differing.isEmpty else { return }
        do {
            try await ovs.transact(
                [.mutate(OpenVSwitch.Interface.self, row.id, .put(.externalIDs, StringMap(differing)))], within: limit)
        } catch {
            throw AttachmentError(error, during: "note the container of port \(portID)")
        }
    }
}

/// A hand-over, which knows how to undo what it has done.
private struct HandOver: Sendable {
    let host: HostAttachment
    let endpoint: Endpoint
    let container: String
    let bridge: OpenVSwitch.Bridge
    let datapath: Datapath

    private var hasVeth = false
    private var hasRows = false

    init(
        host: HostAttachment, endpoint: Endpoint, container: String, bridge: OpenVSwitch.Bridge, datapath: Datapath
    ) {
        self.host = host
        self.endpoint = endpoint
        self.container = container
        self.bridge = bridge
        self.datapath = datapath
    }

    mutating func perform(until deadline: Deadline) async throws {
        let plug = endpoint.plug(datapath: datapath)
        let name = InterfaceName.container(ofPort: endpoint.portID)
        try await host.awaitDetached(until: deadline)
        let link = try await createVeth(plug, name)
        hasVeth = true
        try host.afterStep(.createVeth)
        // Both ends are ready before the switch learns of them: nothing moves while the rows are on their way.
        try await host.links.configureHost(link, for: plug, isNew: true)
        try host.afterStep(.configureHost)
        try await host.links.prepareContainer(plug, name: name)
        try host.afterStep(.configureContainer)
        hasRows = true
        do {
            try await host.ovs.transact(
                host.insertOperations(
                    endpoint, bridge: bridge, externalIDs: endpoint.handedOverIDs(to: container, as: name)),
                within: deadline.remaining)
        } catch let error as OVSDBError where !error.isUnknownOutcome {
            hasRows = false
            throw error
        }
        try host.afterStep(.insertRows)
    }

    /// One that a run left behind which was cut short has no row, and our name.
    private func createVeth(_ plug: Plug, _ name: String) async throws -> Link {
        do {
            return try await host.links.createVeth(plug, containerInterface: name, sandbox: nil)
        } catch let error as NetlinkError where error.code == .exists {
            try await host.removeVeth(plug.hostInterface, of: endpoint.portID)
            return try await host.links.createVeth(plug, containerInterface: name, sandbox: nil)
        }
    }

    /// Takes away what was made and throws `error`.
    func undo(after error: any Error) async throws -> Never {
        let (host, portID, hasVeth, hasRows) = (host, endpoint.portID, hasVeth, hasRows)
        let failures = await Undo.perform { undo in
            let deadline = undo.deadline
            if hasRows { await undo.attempt { try await host.removeRows(portID: portID, until: deadline) } }
            if hasVeth {
                await undo.attempt { try await host.removeVeth(InterfaceName.host(ofPort: portID), of: portID) }
            }
        }
        guard !failures.isEmpty else { throw error }
        let causes = [AttachmentError(error, during: "plug in")] + failures.map { AttachmentError($0, during: "undo") }
        throw AttachmentError(
            .unknown, "plugging port \(portID) in failed and could not be undone; repeat it, or detach the port",
            cause: causes.map(\.description).joined(separator: "; "))
    }
}
