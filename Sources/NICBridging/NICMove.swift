import Deadlines
import HostAttachment
import HostNetwork
import Logging
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

/// A move of a NIC to its bridge, which knows how to undo what it has done.
struct NICMove: Sendable {
    let host: NICBridge
    let nic: String
    let name: String
    let datapath: Datapath
    /// The bridge as it was.
    let before: OpenVSwitch.Bridge?

    private var hasRows = false
    private var changes: [ConfigurationChange] = []
    private var filtered: Link?

    init(host: NICBridge, nic: String, name: String, datapath: Datapath, before: OpenVSwitch.Bridge?) {
        self.host = host
        self.nic = nic
        self.name = name
        self.datapath = datapath
        self.before = before
    }

    /// The bridge is made and brought up first, then the NIC becomes its port: from then on the bridge hears what comes in, for addresses
    /// that are still the NIC's. All of these then change their place in two messages to the kernel.
    mutating func perform(_ source: InterfaceConfiguration, until deadline: Deadline) async throws -> NICBridge.Result {
        let links = host.links
        var source = source
        if let record = before?.record, record.isOlder(than: try Moment.boot()), !source.link.isUp {
            // Nobody else may see to a NIC that has no address of its own.
            try await links.apply([.setLink(.index(source.link.index), [.up])])
            source.link.isUp = true
        }
        try await commit(try host.ensureOperations(name, source.link, datapath), until: deadline)
        try await host.awaitTaken([name], until: deadline)
        try host.afterStep(.createBridge)
        try await links.prepare(name, like: source)
        try host.afterStep(.prepareBridge)

        var plan = try await plan()
        try await commit(
            try host.attachOperations(name, nic) + host.recordOperations(name, plan.record), until: deadline)
        try await host.awaitTaken([name, nic], until: deadline)
        try host.afterStep(.attachNIC)

        // Read again: a lease may have been renewed while Open vSwitch was at work.
        plan = try await self.plan()
        try await links.apply(plan.changes)
        changes = plan.changes
        try host.afterStep(.moveConfiguration)
        if datapath == .netdev, try await !links.hasReceiveFilter(on: plan.nic) {
            filtered = plan.nic
            try await links.setReceiveFilter(true, on: plan.nic)
        }
        try host.afterStep(.filter)

        let record = try await self.plan().record
        let operations = try host.recordOperations(name, record)
        if !operations.isEmpty { try await host.ovs.transact(operations, within: deadline.remaining) }
        host.logger.info("NIC is under its bridge", metadata: ["nic": "\(nic)", "bridge": "\(name)"])
        return NICBridge.Result(name, plan.nic, plan.bridge, plan.changes, notes: plan.notes)
    }

    private mutating func commit(_ operations: [OVSDB.Operation], until deadline: Deadline) async throws {
        guard !operations.isEmpty else { return }
        hasRows = true
        try await host.commit(operations, until: deadline)
    }

    private struct Plan {
        let nic: Link
        let bridge: Link
        let changes: [ConfigurationChange]
        /// Of the bridge once the changes are made.
        let record: ConfigurationRecord
        let notes: [String]
    }

    /// What is to be done as things are now.
    private func plan() async throws -> Plan {
        guard let target = try await host.links.configuration(of: name),
            let source = try await host.links.configuration(of: nic)
        else {
            throw AttachmentError(.network, "\(nic) or \(name) went away while it was being moved")
        }
        let (now, boot) = (Moment.now, try Moment.boot())
        let row = host.ovs.replica.first(HostAttachment.bridgesByName, name)
        let lost = try row?.record?.missing(on: source.link, present: [source, target], now: now, boot: boot)
        let changes = InterfaceConfiguration.plan(from: source, to: target, lost: lost)
        var notes: [String] = []
        if row?.externalIDs[NICKeys.configuration] != nil, row?.record == nil {
            notes.append("what bridge \(name) remembers of \(nic) cannot be read and is written anew")
        }
        if !source.link.isUp { notes.append("\(nic) is down, and so is \(name)") }
        return Plan(
            nic: source.link, bridge: target.link, changes: changes,
            record: ConfigurationRecord(target.applying(changes), now: now, boot: boot), notes: notes)
    }

    /// Puts everything back and throws `error`, with what went wrong meanwhile as its cause.
    func undo(after error: any Error) async throws -> Never {
        let work = self
        let failures = await Undo.perform { undo in
            let (host, deadline) = (work.host, undo.deadline)
            if let filtered = work.filtered {
                await undo.attempt { try await host.links.setReceiveFilter(false, on: filtered) }
            }
            await undo.attempt { try await host.links.apply(work.changes.reversed().compactMap(\.inverse)) }
            if work.hasRows {
                await undo.attempt {
                    try await host.putBackRows(work.name, nic: work.nic, before: work.before, until: deadline)
                }
            }
        }
        guard !failures.isEmpty else { throw error }
        throw AttachmentError(
            .unknown,
            "\(nic) could not be put back; repeat the command, or run 'ovn-integrate nics-from-bridge \(nic)'",
            cause: ([error] + failures).map { AttachmentError($0, during: "move").description }.joined(separator: "; "))
    }
}

extension NICBridge {
    /// Deletes the bridge, or makes it what it was. A ovs-vswitchd that does not run takes it up when it does.
    func putBackRows(_ name: String, nic: String, before: OpenVSwitch.Bridge?, until deadline: Deadline) async throws {
        try await ovs.barrier(within: deadline.remaining)
        guard let bridge = ovs.replica.first(HostAttachment.bridgesByName, name) else { return }
        var operations: [OVSDB.Operation] = []
        if let before {
            let hadNIC = ovs.replica.first(HostAttachment.portsByName, nic).map { before.ports.contains($0.id) } ?? true
            operations = hadNIC ? [] : detachOperations(bridge, nic)
            operations.append(.update(before, columns: [.externalIDs, .otherConfig]))
        } else {
            operations = deleteOperations(bridge)
        }
        do {
            try await commit(operations, until: deadline)
        } catch let error as AttachmentError where error.code == .database {
            logger.warning("ovs-vswitchd does not answer", metadata: ["bridge": "\(name)"])
        }
    }
}

extension NICBridge.Result {
    /// What changes did, in words.
    init(_ bridge: String, _ nic: Link, _ link: Link?, _ changes: [ConfigurationChange], notes: [String] = []) {
        var moved: [String] = []
        var leased: [InterfaceAddress] = []
        for change in changes {
            switch change {
            case .addAddress(let address):
                moved.append("address \(address.address)")
                if address.validFor != .max, address.address.address.version == .v4 { leased.append(address.address) }
            case .addRoute(let route) where route.origin != Route.kernelOrigin: moved.append(route.description)
            case .replaceRoute(_, by: let route): moved.append(route.description)
            case .addRule(let rule): moved.append(rule.description)
            default: break
            }
        }
        self.init(bridge: bridge, nic: nic, bridgeLink: link, moved: moved, leased: leased, notes: notes)
    }
}
