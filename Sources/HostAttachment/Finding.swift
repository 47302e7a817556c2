/// One thing that an audit of this host's attachments found out of order.
package struct Finding: Hashable, Sendable {
    package enum Problem: String, Hashable, Sendable, CaseIterable {
        /// The row stands, but its veth is gone: the container ended, or the veth was deleted.
        case linkMissing = "link missing"
        /// The veth leads into another namespace than the container's: the container was restarted while something else kept the
        /// old one alive.
        case sandboxMoved = "sandbox moved"
        /// ovs-vswitchd could not open the interface: the row's `error` column says why.
        case interfaceFailed = "interface failed"
        /// ovn-controller has not installed the port's flows.
        case notInstalled = "not installed"
        /// The row lacks a key without which it cannot be undone or repaired.
        case rowIncomplete = "row incomplete"
        /// The bridge gives the interface another VLAN than the row says, or one where it says none.
        case tagWrong = "tag wrong"
        /// An end is down, or the container's lacks an address or has the wrong MAC or MTU.
        case interfaceWrong = "interface wrong"
        /// Two rows carry the same `iface-id`: OVN binds one of them only.
        case duplicate = "duplicate"
    }

    package let problem: Problem
    /// The name of the veth's end on the host.
    package let hostInterface: String
    /// Empty where no row tells it.
    package let portID: String
    /// One sentence for the operator.
    package let detail: String

    package init(_ problem: Problem, hostInterface: String, portID: String, detail: String) {
        self.problem = problem
        self.hostInterface = hostInterface
        self.portID = portID
        self.detail = detail
    }
}
