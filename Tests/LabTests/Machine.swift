import Foundation

/// What a lab could leave behind on this machine.
struct Machine: Equatable {
    /// Network namespaces that some process lives in.
    var namespaces: Set<String> = []
    var mounts: Set<String> = []
    /// Devices in the namespace of this test.
    var devices: Set<String> = []
    /// Control groups and state folders of labs.
    var remains: Set<String> = []
    /// Daemons that a lab runs, by process id and name.
    var daemons: Set<String> = []

    static func now() throws -> Machine {
        let files = FileManager.default
        var machine = Machine()
        let daemons: Set<String> = [
            "ovsdb-server", "ovs-vswitchd", "ovn-controller", "ovn-northd", "ovn-ipam", "dockerd", "containerd",
            "containerd-shim", "containerd-shim-runc-v2", "pause",
        ]
        for process in try files.contentsOfDirectory(atPath: "/proc") where process.allSatisfy(\.isNumber) {
            // A process may end between the listing and the look at it.
            if let space = try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net") {
                machine.namespaces.insert(space)
            }
            if let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8),
                daemons.contains(name.trimmingCharacters(in: .newlines)) || name.hasPrefix("containerd-shim")
            {
                machine.daemons.insert("\(process) \(name)")
            }
        }
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        machine.mounts = Set(mounts.split(separator: "\n").map(String.init))
        machine.devices = Set(try files.contentsOfDirectory(atPath: "/sys/class/net"))
        let labs = "/var/lib/ovn-lab"
        if files.fileExists(atPath: labs) {
            machine.remains = Set(try files.contentsOfDirectory(atPath: labs).map { "\(labs)/\($0)" })
        }
        for mount in mounts.split(separator: "\n").map({ $0.split(separator: " ") }) where mount[2].hasPrefix("cgroup")
        {
            let groups = try files.contentsOfDirectory(atPath: String(mount[1]))
            machine.remains.formUnion(groups.filter { $0.hasPrefix("ovn-lab.") }.map { "\(mount[1])/\($0)" })
        }
        return machine
    }

    /// What is here and was not there before; empty if nothing was left behind.
    func leftovers(since before: Machine) -> [String] {
        let pairs = [
            (namespaces, before.namespaces), (mounts, before.mounts), (devices, before.devices),
            (remains, before.remains), (daemons, before.daemons),
        ]
        return pairs.flatMap { $0.subtracting($1) }.sorted()
    }
}
