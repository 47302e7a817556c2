import Glibc

/// An `ovsdb-server` of its own with an empty Northbound database, in a temporary folder on a unix socket.
final class PrivateNorthbound {
    let folder: String
    let server: ChildProcess
    var socket: String { folder + "/nb.sock" }
    var remote: String { "unix:" + socket }

    init() throws {
        let path = try temporaryFolder()
        folder = path
        try ChildProcess.run(["ovsdb-tool", "create", path + "/nb.db", "/usr/share/ovn/ovn-nb.ovsschema"])
        server = try ChildProcess(
            [
                "ovsdb-server", "--remote=punix:" + path + "/nb.sock", "--unixctl=" + path + "/nb.ctl",
                "--log-file=" + path + "/nb.log", "-vconsole:off", path + "/nb.db",
            ])
        try waitFor("\(path)/nb.sock") { access(path + "/nb.sock", F_OK) == 0 }
    }

    deinit {
        server.stop()
        removeFolder(folder)
    }

    /// Fills the database with networks of 1,000 ports each, written as ovn-ipam writes them.
    func fill(ports: Int) throws {
        try fill(networks: (0..<((ports + 999) / 1000)).map { min(1000, ports - $0 * 1000) })
    }

    /// The same with networks of so many ports.
    func fill(networks: [Int]) throws {
        let connection = try BlockingSocket(unix: socket)
        // As if an ovn-northd had processed all that is to come: without one, whoever makes many changes would wait for it.
        try transact(connection, [#"{"op":"insert","table":"NB_Global","row":{"sb_cfg":1000000000}}"#])
        var number = 0
        for (network, ports) in networks.enumerated() {
            try makeNetwork(network, connection)
            var left = ports
            while left > 0 {
                let count = min(1000, left)
                try makePorts(number..<number + count, on: network, connection)
                (number, left) = (number + count, left - count)
            }
        }
    }

    /// A switch with its one subnet, and the row that counts its allocations.
    private func makeNetwork(_ network: Int, _ connection: BlockingSocket) throws {
        let id = Self.networkID(network)
        let subnet = "00000000-0000-4000-b000-\(hex(network, 12))"
        try transact(
            connection,
            [
                #"{"op":"insert","table":"Logical_Switch","row":{"name":"\#(Self.switchName(network))","external_ids":["map",[["neutron:network_name","net-\#(network)"],["neutron:mtu","1442"],["neutron:revision_number","1"]]]}}"#,
                #"{"op":"insert","table":"DHCP_Options","row":{"cidr":"10.\#(network).0.0/16","external_ids":["map",[["subnet_id","\#(subnet)"],["neutron:network_id","\#(id)"],["neutron:revision_number","1"]]]}}"#,
                #"{"op":"insert","table":"DHCP_Options","row":{"external_ids":["map",[["neutron:allocation_network_id","\#(id)"],["neutron:allocation_generation","1"],["neutron:revision_number","0"]]]}}"#,
            ])
    }

    private func makePorts(_ numbers: Range<Int>, on network: Int, _ connection: BlockingSocket) throws {
        let name = Self.switchName(network)
        var operations = numbers.map { number in
            let row = Self.portRow(
                name: Self.portID(number), network: name, address: Self.address(number, on: network),
                mac: Self.mac(number), number: number)
            return #"{"op":"insert","table":"Logical_Switch_Port","uuid-name":"p\#(number)","row":\#(row)}"#
        }
        let names = numbers.map { #"["named-uuid","p\#($0)"]"# }.joined(separator: ",")
        operations.append(
            #"{"op":"mutate","table":"Logical_Switch","where":[["name","==","\#(name)"]],"mutations":[["ports","insert",["set",[\#(names)]]]]}"#
        )
        try transact(connection, operations)
    }

    private func transact(_ connection: BlockingSocket, _ operations: [String]) throws {
        let reply = try connection.call(
            #"{"id":1,"method":"transact","params":["OVN_Northbound",\#(operations.joined(separator: ","))]}"#)
        guard !reply.contains(#""details""#) else { throw BenchError("filling the database: \(reply.suffix(300))") }
    }
}

// What the rows say. Ports are numbered from 0, a thousand to a network.
extension PrivateNorthbound {
    static func networkID(_ number: Int) -> String { "00000000-0000-4000-8000-" + hex(number, 12) }
    static func switchName(_ number: Int) -> String { "neutron-" + networkID(number) }
    static func portID(_ number: Int) -> String { "00000000-0000-4000-9000-" + hex(number, 12) }
    static func mac(_ number: Int) -> String {
        "fa:16:3e:" + [16, 8, 0].map { hex(number >> $0 & 255, 2) }.joined(separator: ":")
    }

    static func address(_ number: Int, on network: Int) -> String {
        "10.\(network).\(number / 250 % 256).\(number % 250 + 2)"
    }

    static func portRow(name: String, network: String, address: String, mac: String, number: Int) -> String {
        #"{"name":"\#(name)","addresses":"\#(mac) \#(address)","port_security":"\#(mac) \#(address)","enabled":true,"up":false,"external_ids":["map",[["neutron:cidrs","\#(address)/16"],["neutron:device_id","container-\#(number)"],["neutron:device_owner","compute:docker"],["neutron:network_name","\#(network)"],["neutron:port_name","port-\#(number)"],["neutron:project_id","admin"],["neutron:revision_number","1"],["neutron:security_group_ids",""]]],"options":["map",[["mcast_flood_reports","true"],["requested-chassis","host-\#(number % 50)"]]]}"#
    }
}

func hex(_ value: Int, _ width: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}
