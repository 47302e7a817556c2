/// (d) What `--version` of both command lines costs beside `ovn-nbctl --version`, runs taken in turn.
func measureStartUp(programs: String, report: inout Report) throws {
    report.section("start-up: --version, CPU time and wall time, 101 runs in turn")
    let commands = ["ovn-nbctl", programs + "/ovn-container", programs + "/ovn-integrate"]
    var cpu = [[Double]](repeating: [], count: commands.count)
    var wall = cpu
    for round in 0..<104 {
        for (index, command) in commands.enumerated() {
            let usage = try ChildProcess.run([command, "--version"])
            guard round > 2 else { continue }
            cpu[index].append(usage.cpu)
            wall[index].append(usage.wall)
        }
    }
    let peer = Samples(wall[0]).median
    report.note("ovn-nbctl", "\(milliseconds(peer)) wall, \(milliseconds(Samples(cpu[0]).median)) CPU")
    for (index, command) in commands.enumerated().dropFirst() {
        let name = command.split(separator: "/").last.map(String.init) ?? command
        let median = Samples(wall[index]).median
        report.judge(
            name, "\(milliseconds(median)) wall, \(milliseconds(Samples(cpu[index]).median)) CPU",
            limit: "at most ovn-nbctl's wall time", met: median <= peer)
    }
}
