import Glibc

/// An `ovsdb-server` of its own with an empty Northbound database, in a temporary folder on a unix socket.
final class PrivateNorthbound {
    let folder: String
    let server: ChildProcess
    var socket: String { folder + "/nb.sock" }
    var remote: String { "unix:" + socket }

    init() throws {
        var template = Array("/tmp/ovn-bench.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw BenchError("mkdtemp: \(String(cString: strerror(errno)))") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
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
        for name in ["nb.db", "nb.sock", "nb.ctl", "nb.log", ".nb.db.~lock~", "out"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    /// Fills the database with logical switches of 1,000 ports each, written as ML2/OVN writes them.
    func fill(ports: Int) throws {
        let connection = try BlockingSocket(unix: socket)
        _ = try connection.call(
            #"{"id":0,"method":"transact","params":["OVN_Northbound",{"op":"insert","table":"NB_Global","row":{}}]}"#)
        for network in 0..<((ports + 999) / 1000) {
            let name = "neutron-00000000-0000-4000-8000-" + hex(network, 12)
            var operations: [String] = []
            var names: [String] = []
            for index in 0..<min(1000, ports - network * 1000) {
                let number = network * 1000 + index
                let address = "10.\(network).\(index / 250).\(index % 250 + 2)"
                let mac = "fa:16:3e:" + [16, 8, 0].map { hex(number >> $0 & 255, 2) }.joined(separator: ":")
                names.append(#"["named-uuid","p\#(index)"]"#)
                operations.append(
                    #"{"op":"insert","table":"Logical_Switch_Port","uuid-name":"p\#(index)","row":{"name":"00000000-0000-4000-9000-\#(hex(number, 12))","addresses":"\#(mac) \#(address)","port_security":"\#(mac) \#(address)","enabled":true,"up":false,"external_ids":["map",[["neutron:cidrs","\#(address)/16"],["neutron:device_id","container-\#(number)"],["neutron:device_owner","compute:ovn-containers"],["neutron:network_name","\#(name)"],["neutron:port_name","port-\#(number)"],["neutron:project_id","admin"],["neutron:revision_number","1"],["neutron:security_group_ids",""]]],"options":["map",[["mcast_flood_reports","true"],["requested-chassis","host-\#(number % 50)"]]]}}"#
                )
            }
            operations.append(
                #"{"op":"insert","table":"Logical_Switch","row":{"name":"\#(name)","ports":["set",[\#(names.joined(separator: ","))]],"external_ids":["map",[["neutron:network_name","net-\#(network)"],["neutron:mtu","1442"],["neutron:revision_number","1"]]]}}"#
            )
            let reply = try connection.call(
                #"{"id":\#(network + 1),"method":"transact","params":["OVN_Northbound",\#(operations.joined(separator: ","))]}"#
            )
            guard !reply.contains(#""details""#) else { throw BenchError("filling the database: \(reply.suffix(300))") }
        }
    }

    private func hex(_ value: Int, _ width: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
