import Deadlines
import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

/// An attachment made from nothing, which knows how to undo what it has done.
struct NewAttachment: Sendable {
    let host: HostAttachment
    let endpoint: Endpoint
    let bridge: OpenVSwitch.Bridge
    let plug: Plug
    /// What it is made for, in messages: `attach port 1234`.
    let purpose: String

    private var hasVeth = false
    private var hasRows = false

    init(
        host: HostAttachment, endpoint: Endpoint, bridge: (row: OpenVSwitch.Bridge, datapath: Datapath), purpose: String
    ) {
        self.host = host
        self.endpoint = endpoint
        self.bridge = bridge.row
        self.purpose = purpose
        plug = endpoint.plug(datapath: bridge.datapath)
    }

    /// Plugs into a sandbox: makes the veth, then the rows; the container's end is configured while they are on their way and OVN binds
    /// the port. Of `state` only the names in the sandbox count, to choose one that is free. False where one of the veth's names turned
    /// out to be taken, and nothing was done.
    mutating func attach(
        to sandbox: Sandbox, _ namespace: NetworkNamespace, _ state: PlugState, until deadline: Deadline
    ) async throws -> Bool {
        let name = endpoint.interfaceName ?? state.freeName
        guard endpoint.interfaceName == nil || !state.names.contains(name) else {
            throw AttachmentError(.refused, "container \(sandbox.containerID) has an interface \(name) already")
        }
        try await host.awaitDetached(until: deadline)
        let link: Link
        do { link = try await makeVeth(name, in: namespace) } catch let error as NetlinkError
            where error.code == .exists && !hasVeth
        { return false }
        guard let peer = link.peer else { return false }
        let (host, plug) = (host, plug)
        // Ended, too, before what the rows throw is looked at, so that undoing meets nothing that still moves.
        async let configured: Void = {
            try await host.links.configureContainer(
                plug, link: peer, name: name, actual: PlugState(), sandbox: namespace)
            try host.afterStep(.configureContainer)
        }()
        try await insertRows(endpoint.externalIDs(in: sandbox, namespace.identity, as: name), until: deadline)
        try await configured
        return true
    }

    /// Leaves the container's end on the host, for the engine to move. Both ends are ready before the switch learns of them: nothing moves
    /// while the rows are on their way.
    mutating func handOver(to container: String, until deadline: Deadline) async throws {
        let name = InterfaceName.container(ofPort: endpoint.portID)
        try await host.awaitDetached(until: deadline)
        do { _ = try await makeVeth(name, in: nil) } catch let error as NetlinkError
            where error.code == .exists && !hasVeth
        {
            // One that a run left behind which was cut short has no row, and our name.
            try await host.removeVeth(plug.hostInterface, of: endpoint.portID)
            _ = try await makeVeth(name, in: nil)
        }
        try await host.links.prepareContainer(plug, name: name)
        try host.afterStep(.configureContainer)
        try await insertRows(endpoint.handedOverIDs(to: container, as: name), until: deadline)
    }

    /// Both ends, the host's ready before ovs-vswitchd learns of it, which would put back the flags that it first saw.
    ///
    /// - Throws: `EEXIST` where a name is taken; then nothing was made.
    private mutating func makeVeth(_ name: String, in sandbox: NetworkNamespace?) async throws -> Link {
        let link = try await host.links.createVeth(plug, containerInterface: name, sandbox: sandbox)
        hasVeth = true
        try host.afterStep(.createVeth)
        try await host.links.configureHost(link, for: plug, isNew: true)
        try host.afterStep(.configureHost)
        return link
    }

    /// Where the outcome is unknown they count as there.
    private mutating func insertRows(_ externalIDs: StringMap, until deadline: Deadline) async throws {
        hasRows = true
        do {
            try await host.ovs.transact(
                host.insertOperations(endpoint, bridge: bridge, externalIDs: externalIDs), within: deadline.remaining)
        } catch let error as OVSDBError where !error.isUnknownOutcome {
            hasRows = false
            throw error
        }
        try host.afterStep(.insertRows)
    }

    /// Takes away what was made, rows first so that Open vSwitch lets go of the veth, and throws `error`, with what went wrong
    /// meanwhile as its cause.
    func undo(after error: any Error) async throws -> Never {
        let work = self
        let failures = await Undo.perform { undo in
            let (host, endpoint, deadline) = (work.host, work.endpoint, undo.deadline)
            if work.hasRows {
                await undo.attempt { try await host.removeRows(portID: endpoint.portID, until: deadline) }
            }
            if work.hasVeth {
                await undo.attempt { try await host.removeVeth(endpoint.hostInterface, of: endpoint.portID) }
            }
        }
        guard !failures.isEmpty else { throw error }
        host.logger.error(
            "endpoint could not be undone", metadata: ["port": "\(endpoint.portID)", "error": "\(failures)"])
        let causes = [AttachmentError(error, during: purpose)] + failures.map { AttachmentError($0, during: "undo") }
        throw AttachmentError(
            .unknown, "\(purpose) failed and could not be undone; repeat it, or detach the port",
            cause: causes.map(\.description).joined(separator: "; "))
    }
}
