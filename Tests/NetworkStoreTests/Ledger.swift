import Deadlines
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

@testable import NetworkStore

/// A store without a server: changes are applied to the replica at once, as the server would.
struct Ledger {
    var replica = Replica(of: NorthboundIndexes.tables)
    var southbound: Replica?
    var configuration = NetworkStoreConfiguration()
    /// The operations of the last change.
    var operations: [OVSDB.Operation] = []
    /// A clock that advances by a second with each change.
    private var seconds: Int64 = 1_700_000_000

    var snapshot: Snapshot {
        Snapshot(northbound: replica, southbound: southbound, serverDomain: configuration.serverDomain)
    }

    @discardableResult
    mutating func change<Result>(_ plan: (inout Draft) throws -> Result) throws -> Result {
        seconds += 1
        var draft = Draft(
            snapshot, committed: replica, configuration: configuration, time: Timestamp(seconds: seconds))
        let result = try plan(&draft)
        operations = draft.operations
        replica = try replica.applying(operations)
        return result
    }

    mutating func network(_ request: NetworkCreate = NetworkCreate(projectID: "p")) throws -> Network {
        try change { try $0.create(.random(), request) }
    }

    mutating func subnet(
        _ network: Network, _ cidr: String, _ configure: (inout SubnetCreate) -> Void = { _ in }
    ) throws -> Subnet {
        var request = SubnetCreate(projectID: "p", networkID: network.id, cidr: IPPrefix(literal: cidr))
        configure(&request)
        return try change { try $0.create(.random(), request) }
    }

    mutating func port(_ network: Network, _ configure: (inout PortCreate) -> Void = { _ in }) throws -> Port {
        var request = PortCreate(projectID: "p", networkID: network.id, isFiltered: false)
        configure(&request)
        return try change { try $0.create(.random(), request) }
    }

    mutating func update(_ port: Port, _ update: PortUpdate) throws -> Port {
        try change { try $0.update(port.id, update, nil) }
    }

    func row(_ port: Port) -> Northbound.LogicalSwitchPort { existing(snapshot.logicalSwitchPort(port.id)) }
    func row(_ subnet: Subnet) -> Northbound.DHCPOptions { existing(snapshot.dhcpOptions(subnet.id)) }
    func row(_ network: Network) -> Northbound.LogicalSwitch { existing(snapshot.logicalSwitch(network.id)) }

    private func existing<Row>(_ row: Row?) -> Row {
        guard let row else { preconditionFailure("the ledger has no such \(Row.self)") }
        return row
    }
}

extension FixedIPRequest {
    static func address(_ text: String, _ subnet: Subnet? = nil) -> Self {
        Self(subnetID: subnet?.id, ipAddress: IPAddress(literal: text))
    }
    static func any(_ subnet: Subnet) -> Self { Self(subnetID: subnet.id) }
}

extension Port {
    var addresses: [String] { fixedIPs.map(\.ipAddress.description) }
}

/// The error that `body` throws; nil if none.
func refusal(_ body: () throws -> Void) -> NeutronError? {
    do {
        try body()
        return nil
    } catch {
        return error as? NeutronError
    }
}
