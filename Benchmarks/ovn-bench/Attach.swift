import ArgumentParser
import HostAttachment
import HostNetwork
import Logging
import NetAddress
import OVSDB
import OVSDBClient

/// (c) Attaching endpoints to a running container of this host, beside the same two rows sent raw for a veth that is there.
struct Attach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Attach endpoints on this host, beside raw row inserts.")

    @Option(help: "The process whose network namespace is the container's.") var pid: Int32
    @Option(help: "The socket of the Open_vSwitch database.") var socket = "/run/openvswitch/db.sock"
    @Argument(help: "Ports as ID,MAC,ADDRESS/LENGTH; even ones are attached by us, odd ones raw.") var ports: [String]

    func run() async throws {
        let endpoints = try ports.map(Self.endpoint)
        let logger = Logger(label: "bench", factory: SwiftLogNoOpLogHandler.init)
        let ovs = OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: [.unix(path: socket)], database: "Open_vSwitch", tables: HostAttachment.tables), logger: logger
        )
        var report = Report()
        report.section(
            "attach: endpoint on a running container until ovn-installed, \(ports.count / 2) of each in turn")
        let (ours, raw) = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ovs.run() }
            try await ovs.ready(within: .seconds(10))
            defer { group.cancelAll() }
            return try await measure(endpoints, try HostAttachment(ovs: ovs, logger: logger))
        }
        report.note("two row inserts sent raw, p50", milliseconds(raw.median))
        report.judge(
            "attach, p50", "\(milliseconds(ours.median)), \(decimal(ours.median / raw.median, 2)) × raw",
            limit: "at most 1.5 ×",
            met: ours.median <= 1.5 * raw.median)
        try report.conclude()
    }

    private func measure(_ endpoints: [Endpoint], _ host: HostAttachment) async throws -> (ours: Samples, raw: Samples)
    {
        var ours: [Double] = []
        var raw: [Double] = []
        for (index, endpoint) in endpoints.enumerated() {
            if index.isMultiple(of: 2) {
                let started = now
                try await host.attach(
                    endpoint, to: Sandbox(containerID: "bench", location: .process(pid)), within: .seconds(20))
                ours.append(now - started)
                try await host.detach(portID: endpoint.portID, within: .seconds(20))
            } else {
                raw.append(try await attachRaw(endpoint))
            }
        }
        // The first of each warms up.
        return (Samples(Array(ours.dropFirst())), Samples(Array(raw.dropFirst())))
    }

    /// Seconds from sending the rows of a veth that is there until ovn-controller has marked the Interface.
    private func attachRaw(_ endpoint: Endpoint) async throws -> Double {
        let links = try HostLinks()
        let name = "bench-\(endpoint.portID.prefix(8))"
        let plug = Plug(
            hostInterface: name, alias: "bench", mac: endpoint.mac, addresses: endpoint.addresses, routes: [],
            mtu: UInt32(endpoint.mtu), bridge: endpoint.bridge, datapath: .netdev)
        let namespace = try NetworkNamespace(Sandbox(containerID: "bench", location: .process(pid)))
        let link = try await links.createVeth(plug, containerInterface: "raw0", sandbox: namespace)
        try await links.configureHost(link, for: plug)

        let monitor = try BlockingSocket(unix: socket)
        _ = try monitor.call(
            #"{"id":1,"method":"monitor","params":["Open_vSwitch",null,{"Interface":{"columns":["name","external_ids"]}}]}"#
        )
        let connection = try BlockingSocket(unix: socket)
        let started = now
        let reply = try connection.call(
            #"{"id":2,"method":"transact","params":["Open_vSwitch",{"op":"insert","table":"Interface","uuid-name":"i","row":{"name":"\#(name)","external_ids":["map",[["iface-id","\#(endpoint.portID)"],["attached-mac","\#(endpoint.mac)"],["iface-status","active"]]]}},{"op":"insert","table":"Port","uuid-name":"p","row":{"name":"\#(name)","interfaces":["named-uuid","i"]}},{"op":"mutate","table":"Bridge","where":[["name","==","\#(endpoint.bridge)"]],"mutations":[["ports","insert",["set",[["named-uuid","p"]]]]]}]}"#
        )
        guard !reply.contains("details") else { throw BenchError("raw attach: \(reply)") }
        while true {
            let update = try monitor.nextJSON()
            if update.contains(name), update.contains("ovn-installed") { break }
        }
        let seconds = now - started

        let port = try connection.call(
            #"{"id":3,"method":"transact","params":["Open_vSwitch",{"op":"select","table":"Port","where":[["name","==","\#(name)"]],"columns":["_uuid"]}]}"#
        )
        guard let mark = port.firstRange(of: #"["uuid",""#) else { throw BenchError("raw detach: \(port)") }
        let id = port[mark.upperBound...].prefix(36)
        _ = try connection.call(
            #"{"id":4,"method":"transact","params":["Open_vSwitch",{"op":"mutate","table":"Bridge","where":[["name","==","\#(endpoint.bridge)"]],"mutations":[["ports","delete",["uuid","\#(id)"]]]}]}"#
        )
        try await links.removeVeth(name)
        return seconds
    }

    private static func endpoint(_ text: String) throws -> Endpoint {
        let parts = text.split(separator: ",")
        guard parts.count == 3, let mac = MACAddress(parts[1]), let address = InterfaceAddress(parts[2]) else {
            throw BenchError("\(text): expected ID,MAC,ADDRESS/LENGTH")
        }
        return Endpoint(portID: String(parts[0]), mac: mac, addresses: [address], mtu: 1442)
    }
}
