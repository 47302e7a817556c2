import Deadlines
import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

/// An attachment made from nothing, which knows how to undo what it has done.
struct FreshAttachment: Sendable {
    let host: HostAttachment
    let endpoint: Endpoint
    let sandbox: Sandbox
    let namespace: NetworkNamespace
    let bridge: OpenVSwitch.Bridge
    let datapath: Datapath

    private(set) var hasVeth = false
    private(set) var hasRows = false

    init(
        host: HostAttachment, endpoint: Endpoint, sandbox: Sandbox, namespace: NetworkNamespace,
        bridge: OpenVSwitch.Bridge,
        datapath: Datapath
    ) {
        self.host = host
        self.endpoint = endpoint
        self.sandbox = sandbox
        self.namespace = namespace
        self.bridge = bridge
        self.datapath = datapath
    }

    /// Makes the veth, then the rows; the container's end is configured while they are on their way and OVN binds the port.
    /// Of `state` only the names in the sandbox count, to choose one that is free.
    ///
    /// - Returns: false where one of the veth's names turned out to be taken, and nothing was done.
    mutating func perform(_ state: PlugState, until deadline: Deadline) async throws -> Bool {
        let plug = endpoint.plug(datapath: datapath)
        let name = endpoint.interfaceName ?? state.freeName
        guard endpoint.interfaceName == nil || !state.names.contains(name) else {
            throw AttachmentError(.refused, "container \(sandbox.containerID) has an interface \(name) already")
        }
        try await host.awaitDetached(until: deadline)
        guard let (link, peer) = try await createVeth(plug, name) else { return false }
        try host.afterStep(.createVeth)
        // Before ovs-vswitchd learns of it, which would put back the flags that it first saw.
        try await host.links.configureHost(link, for: plug, isNew: true)
        try host.afterStep(.configureHost)

        let operations = host.insertOperations(
            endpoint, bridge: bridge, externalIDs: endpoint.externalIDs(in: sandbox, namespace.identity, as: name))
        hasRows = true
        let (host, namespace) = (host, namespace)
        async let rows = host.ovs.transact(operations, within: deadline.remaining)
        let configured: Result<Void, any Error>
        do {
            try await host.links.configureContainer(
                plug, link: peer, name: name, actual: PlugState(), sandbox: namespace)
            try host.afterStep(.configureContainer)
            configured = .success(())
        } catch {
            configured = .failure(error)
        }
        // Both have ended before either's failure is looked at, so that undoing meets nothing that still moves.
        do {
            _ = try await rows
        } catch let error as OVSDBError where !error.isUnknownOutcome {
            hasRows = false
            throw error
        }
        try host.afterStep(.insertRows)
        try configured.get()
        return true
    }

    /// Both ends; nil where a name is taken.
    private mutating func createVeth(_ plug: Plug, _ name: String) async throws -> (link: Link, peer: Int32)? {
        do {
            let link = try await host.links.createVeth(plug, containerInterface: name, sandbox: namespace)
            hasVeth = true
            return link.peer.map { (link, $0) }
        } catch let error as NetlinkError where error.code == .exists {
            return nil
        }
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
        let causes = [AttachmentError(error, during: "attach")] + failures.map { AttachmentError($0, during: "undo") }
        throw AttachmentError(
            .unknown, "attach port \(endpoint.portID) failed and could not be undone; repeat it, or detach the port",
            cause: causes.map(\.description).joined(separator: "; "))
    }
}
