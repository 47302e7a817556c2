import Deadlines
package import NeutronAPI
import OVNModel
import OVSDB

extension Agent: StoredDerivedResource {
    /// How long an ovn-controller may be silent: Neutron's `agent_down_time`.
    static let downTime: Int64 = 75

    package static var isOfHosts: Bool { true }

    package static func all(_ query: ListQuery<Self>, in snapshot: Snapshot) -> [Self] { all(in: snapshot, at: .now) }

    package static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self? {
        all(in: snapshot, at: .now).first { $0.id == id }
    }

    /// One for each chassis, as ML2/OVN has them.
    static func all(in snapshot: Snapshot, at now: Timestamp) -> [Self] {
        guard let southbound = snapshot.southbound else { return [] }
        let nbCfg = snapshot.northbound[Northbound.NBGlobal.self].first { _ in true }?.nbCfg ?? 0
        return southbound[Southbound.ChassisPrivate.self].map { row in
            let chassis = row.chassis.flatMap { southbound[Southbound.Chassis.self][$0] }
            // What remains of a chassis that was deleted is shown as such.
            let host = chassis?.hostname ?? "(\"Chassis\" register deleted)"
            let (heartbeat, isCurrent) = (Int64(row.nbCfgTimestamp), nbCfg - row.nbCfg <= 1)
            return Agent(
                id: ID(ofName: row.name), chassis: chassis?.name ?? host, host: host,
                isGateway: chassis?.isGateway ?? false,
                isAlive: isCurrent || now.seconds - heartbeat / 1_000 < downTime, heartbeat: heartbeat,
                description: row.externalIDs["neutron:description"] ?? "",
                bridgeMappings: chassis?.setting("ovn-bridge-mappings") ?? "",
                availabilityZones: chassis?.availabilityZones ?? [])
        }
    }
}

extension AvailabilityZone: StoredDerivedResource {
    package static var isOfHosts: Bool { true }

    package static func all(_ query: ListQuery<Self>, in snapshot: Snapshot) -> [Self] {
        snapshot.availabilityZones.map { AvailabilityZone(id: ID(ofName: $0), name: $0) }
    }

    package static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self? { nil }
}

extension ServiceProvider: StoredDerivedResource {
    package static func all(_ query: ListQuery<Self>, in snapshot: Snapshot) -> [Self] { [] }

    package static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self? { nil }
}

extension Snapshot {
    /// The zones of the hosts where routers may have their gateway, sorted.
    var availabilityZones: [String] {
        guard let southbound else { return [] }
        return Set(southbound[Southbound.Chassis.self].filter(\.isGateway).flatMap(\.availabilityZones)).sorted()
    }
}

extension Southbound.Chassis {
    /// What the host's Open vSwitch database says under a key of `external_ids`: OVN copies it here.
    func setting(_ key: String) -> String? { otherConfig[key] ?? externalIDs[key] }

    /// `ovn-cms-options`, which OVN leaves to us.
    private var options: [String] {
        (setting("ovn-cms-options") ?? "").split(separator: ",").map { $0.trimmingSpaces }
    }

    var isGateway: Bool { options.contains("enable-chassis-as-gw") }

    /// Those of `availability-zones=a:b`, sorted.
    var availabilityZones: [String] {
        let key = "availability-zones="
        guard let option = options.first(where: { $0.hasPrefix(key) }) else { return [] }
        return Set(option.dropFirst(key.count).split(separator: ":").map { $0.trimmingSpaces }.filter { !$0.isEmpty })
            .sorted()
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var rest = drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

extension ID {
    /// The name itself where it is a UUID; else one of its own kind (version 8, RFC 9562 §5.8) made of it, the same
    /// everywhere: two FNV-1a hashes of 64 bits with different starts.
    init(ofName name: String) {
        if let id = ID(name) {
            self = id
            return
        }
        func hash(_ start: UInt64) -> UInt64 {
            name.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
        self.init(
            high: hash(0xcbf2_9ce4_8422_2325) & 0xffff_ffff_ffff_0fff | 0x8000,
            low: hash(0x6c62_272e_07bb_0142) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }
}
