import HostAttachment
import HostNetwork
package import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension NICBridge {
    /// A NIC that has been moved, as it is now.
    package struct State: Hashable, Sendable {
        package let nic: String
        package let bridge: String
        /// Of the bridge's interface, those of the link left out.
        package let addresses: [InterfaceAddress]
        /// What is wrong and what to do; nil where nothing is.
        package let problem: String?

        package init(nic: String, bridge: String, addresses: [InterfaceAddress], problem: String?) {
            self.nic = nic
            self.bridge = bridge
            self.addresses = addresses
            self.problem = problem
        }
    }

    /// Every NIC that has been moved, by what the bridges' rows say.
    package func states() async throws -> [State] {
        var states: [State] = []
        for (nic, datapath) in Self.moved(in: ovs.replica) {
            states.append(try await state(of: nic, datapath))
        }
        return states
    }

    private func state(of nic: String, _ datapath: Datapath) async throws -> State {
        let bridge = "br" + nic
        let source = try await links.configuration(of: nic)
        let target = try await links.configuration(of: bridge)
        let addresses = target?.movableAddresses.map(\.address) ?? []
        let record = ovs.replica.first(HostAttachment.bridgesByName, bridge)?.record
        let port = ovs.replica.first(HostAttachment.portsByName, nic)
        let problem: String?
        if let source, let target {
            let lost = try record?.missing(
                on: source.link, present: [source, target], now: Moment.now, boot: Moment.boot())
            if !source.movableAddresses.isEmpty {
                problem = "\(nic) has addresses of its own: run 'ovn-integrate restore'"
            } else if port == nil {
                problem = "\(nic) is no port of \(bridge): run 'ovn-integrate restore'"
            } else if lost.map({ !$0.addresses.isEmpty }) == true {
                problem = "\(bridge) has lost its addresses: run 'ovn-integrate restore'"
            } else if datapath == .netdev, try await !links.hasReceiveFilter(on: source.link) {
                problem = "the kernel answers on \(nic) too: run 'ovn-integrate restore'"
            } else if source.link.isUp, !target.link.isUp {
                problem = "\(bridge) is down: run 'ovn-integrate restore'"
            } else {
                problem = nil
            }
        } else if source == nil {
            problem = "there is no interface \(nic); 'ovs-vsctl del-br \(bridge)' gives it up"
        } else {
            problem = "ovs-vswitchd has not made \(bridge): is it running?"
        }
        return State(nic: nic, bridge: bridge, addresses: addresses, problem: problem)
    }
}
