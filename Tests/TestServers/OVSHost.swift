import Foundation
import Glibc

/// A private Open vSwitch with a user-space datapath, and ovn-controller when asked for, in a network namespace of the caller's.
package final class OVSHost: Sendable {
    package let database: OVSDBServer
    /// What enters the namespace: `nsenter --net=…`.
    private let enter: [String]

    fileprivate init(_ database: OVSDBServer, namespace descriptor: CInt) {
        self.database = database
        let folder = database.folder
        enter = [
            "env", "OVS_RUNDIR=\(folder)", "OVN_RUNDIR=\(folder)", "nsenter",
            "--net=/proc/\(getpid())/fd/\(descriptor)",
        ]
    }

    /// The folder with all pid files and control sockets.
    package var folder: String { database.folder }

    /// What a program's words follow so that it runs in the host's namespace, with its folders.
    package var entering: [String] { enter }

    /// Runs a program in the host's namespace; answers its output.
    @discardableResult
    package func inside(_ arguments: String...) async throws -> String { try await run(enter + arguments) }

    /// Changes the database and waits for ovs-vswitchd.
    @discardableResult
    package func control(_ arguments: String...) async throws -> String {
        try await run(enter + ["ovs-vsctl", "--db=unix:\(database.socket)", "--timeout=20"] + arguments)
    }

    fileprivate func launch() async throws {
        try await control("--no-wait", "init")
        try await run(
            enter + [
                "ovs-vswitchd", "unix:\(database.socket)", "--detach", "--no-chdir",
                "--pidfile=\(folder)/ovs-vswitchd.pid",
                "--log-file=\(folder)/ovs-vswitchd.log", "-vconsole:off", "--unixctl=\(folder)/ovs-vswitchd.ctl",
            ])
    }

    /// Joins the host to a central as `name`, with an integration bridge, and starts ovn-controller. `address` is its tunnel
    /// endpoint, unique to the host.
    package func join(_ central: OVNCentral, as name: String, address: String = "127.0.0.1") async throws {
        try await control(
            "--may-exist", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev",
            "fail_mode=secure",
            "--", "set", "open", ".", "external_ids:system-id=\(name)", "external_ids:ovn-encap-type=geneve",
            "external_ids:ovn-remote=unix:\(central.southbound.socket)", "external_ids:ovn-encap-ip=\(address)",
            "external_ids:ovn-bridge-datapath-type=netdev")
        try await startController()
    }

    package func startController() async throws {
        try await run(
            enter + [
                "ovn-controller", "unix:\(database.socket)", "--detach", "--no-chdir",
                "--pidfile=\(folder)/ovn-controller.pid", "--log-file=\(folder)/ovn-controller.log", "-vconsole:off",
            ])
    }

    /// SIGKILL to a daemon by its pid file's name, and waits until it is gone.
    package func kill(_ daemon: String) async {
        let file = "\(folder)/\(daemon).pid"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return }
        _ = Glibc.kill(process, SIGKILL)
        while isRunning(process) { await Task.yield() }
        _ = unlink(file)
    }

    fileprivate func stop() async {
        await kill("ovn-controller")
        await kill("ovs-vswitchd")
    }
}

/// Runs `body` with a private Open vSwitch in the network namespace behind `descriptor`; it is killed, and its folder removed, whatever
/// happens.
package func withOVSHost<Result>(
    namespace descriptor: CInt, _ body: (OVSHost) async throws -> Result
) async throws -> Result {
    try await withOVSDBServer(schema: .openVSwitch) { server in
        let host = OVSHost(server, namespace: descriptor)
        do {
            try await host.launch()
            let result = try await body(host)
            await host.stop()
            return result
        } catch {
            await host.stop()
            throw error
        }
    }
}
