import Deadlines
import HostAttachment
import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

/// A move of everything from a bridge back to its NIC, which knows how to undo what it has done.
struct NICReturn: Sendable {
    let host: NICBridge
    let nic: Link
    let bridge: OpenVSwitch.Bridge

    private var unfiltered = false
    private var isDetached = false
    private var changes: [ConfigurationChange] = []

    init(host: NICBridge, nic: Link, bridge: OpenVSwitch.Bridge) {
        self.host = host
        self.nic = nic
        self.bridge = bridge
    }

    /// The NIC leaves the bridge first, so that it hears the answers to what it sends. The row goes last: while it is there, the move can be
    /// finished in either direction.
    mutating func perform(until deadline: Deadline) async throws -> NICBridge.Result {
        let links = host.links
        if bridge.datapath == .netdev, try await links.hasReceiveFilter(on: nic) {
            unfiltered = true
            try await links.setReceiveFilter(false, on: nic)
        }
        let detaching = host.detachOperations(bridge, nic.name)
        isDetached = !detaching.isEmpty
        try await host.commit(detaching, until: deadline)
        try host.afterStep(.detachNIC)

        guard let target = try await links.configuration(of: nic.name) else {
            throw AttachmentError(.network, "\(nic.name) went away while it was being moved")
        }
        var notes: [String] = []
        if let source = try await links.configuration(of: bridge.name) {
            let lost = try bridge.record?.missing(
                on: source.link, present: [source, target], now: Moment.now, boot: Moment.boot())
            let plan = InterfaceConfiguration.plan(from: source, to: target, lost: lost)
            try await links.apply(plan)
            changes = plan
        } else if bridge.record != nil {
            notes.append("ovs-vswitchd had not made \(bridge.name): \(nic.name) stays as it is")
        }
        try host.afterStep(.moveBack)
        try await host.commit(host.deleteOperations(bridge), until: deadline)
        try await awaitGone(until: deadline)
        host.logger.info("NIC is on its own again", metadata: ["nic": "\(nic.name)", "bridge": "\(bridge.name)"])
        return NICBridge.Result(bridge.name, nic, nil, changes, notes: notes)
    }

    /// ovs-vswitchd says that it is done, and closes the interface a moment later: who looks at the routes should not see it go.
    private func awaitGone(until deadline: Deadline) async throws {
        while try await host.links.find(.name(bridge.name)) != nil, deadline.remaining > .zero {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Puts everything back and throws `error`, with what went wrong meanwhile as its cause.
    func undo(after error: any Error) async throws -> Never {
        let work = self
        let failures = await Undo.perform { undo in
            let (host, deadline) = (work.host, undo.deadline)
            if work.isDetached {
                await undo.attempt {
                    try await host.ovs.barrier(within: deadline.remaining)
                    try await host.commit(host.attachOperations(work.bridge.name, work.nic.name), until: deadline)
                }
            }
            await undo.attempt { try await host.links.apply(work.changes.reversed().compactMap(\.inverse)) }
            if work.unfiltered { await undo.attempt { try await host.links.setReceiveFilter(true, on: work.nic) } }
        }
        guard !failures.isEmpty else { throw error }
        throw AttachmentError(
            .unknown,
            "\(nic.name) is neither on its own nor under its bridge; repeat the command, or run 'ovn-integrate restore'",
            cause: ([error] + failures).map { AttachmentError($0, during: "move back").description }
                .joined(separator: "; "))
    }
}
