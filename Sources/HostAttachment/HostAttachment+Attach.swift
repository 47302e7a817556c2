import Deadlines
package import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension HostAttachment {
    /// Plugs an endpoint into a container, and returns when OVN has installed its flows.
    ///
    /// Attaching what is attached checks everything and repairs what is missing. A container that got a new namespace is plugged
    /// afresh. What fails half-way is undone, which may take some seconds beyond `limit`; what was there before a repair stays.
    ///
    /// Without `awaitInstalled` it returns as soon as both ends and the rows are there.
    ///
    /// - Throws: ``AttachmentError``.
    @discardableResult
    package func attach(
        _ endpoint: Endpoint, to sandbox: Sandbox, within limit: Duration, awaitInstalled: Bool = true
    ) async throws(AttachmentError) -> Attachment {
        try endpoint.check()
        return try await underLock(of: endpoint.portID, within: limit, "attach port \(endpoint.portID)") { deadline in
            let namespace = try NetworkNamespace(sandbox)
            var losses = 0
            while true {
                do {
                    return try await attach(endpoint, to: sandbox, namespace, awaitInstalled, until: deadline)
                } catch let error as OVSDBError where error.isLostRace && losses < 3 {
                    // The copy was behind the database. After the barrier it is not.
                    losses += 1
                    try await ovs.barrier(within: deadline.remaining)
                }
            }
        }
    }

    /// Works on a port while no other process does. The purpose is for messages: `attach port 1234`.
    func underLock<T>(
        of portID: String, within limit: Duration, _ purpose: String, _ body: (Deadline) async throws -> T
    ) async throws(AttachmentError) -> T {
        let deadline = Deadline(after: limit)
        do {
            let lock = try await NameLock.hold(Self.lockName(portID), within: limit)
            defer { withExtendedLifetime(lock) {} }
            return try await body(deadline)
        } catch {
            throw AttachmentError(error, during: purpose)
        }
    }

    static func lockName(_ portID: String) -> String { lockName(hostInterface: InterfaceName.host(ofPort: portID)) }
    static func lockName(hostInterface: String) -> String { "ovn-containers/port/\(hostInterface)" }

    private func attach(
        _ endpoint: Endpoint, to sandbox: Sandbox, _ namespace: NetworkNamespace, _ awaitInstalled: Bool,
        until deadline: Deadline
    ) async throws -> Attachment {
        let replica = ovs.replica
        let bridge = try bridge(endpoint.bridge, in: replica)
        func fresh(_ state: PlugState) async throws -> Attachment? {
            var work = NewAttachment(
                host: self, endpoint: endpoint, bridge: bridge, purpose: "attach port \(endpoint.portID)")
            do {
                guard try await work.attach(to: sandbox, namespace, state, until: deadline) else { return nil }
                return try await finish(endpoint, awaitInstalled, until: deadline)
            } catch {
                try await work.undo(after: error)
            }
        }

        let row = try record(of: endpoint, in: replica)
        if row == nil {
            // Without a row there is hardly ever a veth: the kernel says so if there is, or if the name is taken.
            let siblings = replica.rows(Self.interfacesByContainer, sandbox.containerID)
            let guess = PlugState(names: Set(siblings.compactMap { $0.externalIDs[InterfaceKeys.containerInterface] }))
            if let attachment = try await fresh(guess) { return attachment }
        }
        var state = try await links.inspect(hostInterface: endpoint.hostInterface, sandbox: namespace)
        switch Decision(endpoint, in: sandbox, record: row.flatMap { Self.attachment($0, in: replica) }, state: state) {
        case .refuse(let error): throw error
        case .fresh: break
        case .repair(let host, let container):
            let plug = endpoint.plug(datapath: bridge.datapath)
            try await links.configureHost(host, for: plug)
            // What is known of this interface stays known; one that is made afresh has yet to be asked about.
            var known = endpoint
            known.isConfirmed = endpoint.isConfirmed || row?.externalIDs[InterfaceKeys.confirmed] == "true"
            let ids = known.externalIDs(in: sandbox, namespace.identity, as: container.name)
            let operations =
                row.map { repairOperations($0, externalIDs: ids) + retagOperations($0, endpoint.vlan, in: replica) }
                ?? insertOperations(endpoint, bridge: bridge.row, externalIDs: ids)
            if !operations.isEmpty { try await ovs.transact(operations, within: deadline.remaining) }
            try await links.configureContainer(
                plug, link: container.index, name: container.name, actual: state, sandbox: namespace)
            return try await finish(endpoint, awaitInstalled, until: deadline)
        case .replace(let reason):
            logger.info(
                "endpoint is plugged in again",
                metadata: [
                    "port": "\(endpoint.portID)", "interface": "\(endpoint.hostInterface)", "reason": "\(reason)",
                ])
            try await remove(portID: endpoint.portID, until: deadline)
            state = try await links.inspect(hostInterface: endpoint.hostInterface, sandbox: namespace)
        }
        for _ in 0..<16 {
            if let attachment = try await fresh(state) { return attachment }
            state = try await links.inspect(hostInterface: endpoint.hostInterface, sandbox: namespace)
        }
        throw AttachmentError(
            .network, "the names of interfaces of container \(sandbox.containerID) keep being taken; try again")
    }

    /// Waits for OVN and reads what has become of the row.
    private func finish(
        _ endpoint: Endpoint, _ awaitInstalled: Bool, until deadline: Deadline
    ) async throws -> Attachment {
        if awaitInstalled { try await waitInstalled(portID: endpoint.portID, within: deadline.remaining) }
        try afterStep(.awaitInstalled)
        let attachment = try made(endpoint)
        logger.info(
            "endpoint attached",
            metadata: [
                "port": "\(attachment.portID)", "container": "\(attachment.containerID)",
                "interface": "\(attachment.hostInterface)",
            ])
        return attachment
    }

    /// What has become of the row.
    func made(_ endpoint: Endpoint) throws(AttachmentError) -> Attachment {
        guard let attachment = attachment(portID: endpoint.portID) else {
            throw AttachmentError(.database, "the rows of port \(endpoint.portID) were deleted while it was attached")
        }
        return attachment
    }
}

extension OVSDBError {
    /// Whether the transaction was planned on a copy that was behind: a row was there already, or was gone.
    var isLostRace: Bool { code == .waitFailed || serverError == "constraint violation" }
}
