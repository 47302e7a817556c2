package import Deadlines
import Glibc
import HostNetwork
package import HostSetup

/// The daemons of a host: ovn-controller, what is put back at a boot, the Docker plugin.
package actor HostDaemons {
    /// Runs a program within this time; returns why it failed, nil for success.
    package typealias Run = @Sendable (_ words: [String], _ limit: Duration) -> String?

    private let executor = KernelExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let run: Run
    private let hasSystemd: Bool

    package static let controllerUnit = "ovn-host.service"
    /// In the order in which they are started.
    package static let ownUnits = ["ovn-restore.service", "ovn-docker-plugin.socket", "ovn-docker-plugin.service"]
    private static let script = "/usr/share/ovn/scripts/ovn-ctl"

    /// Whether systemd is the init system that runs: sd_booted(3).
    package static var isSystemdRunning: Bool { access("/run/systemd/system", F_OK) == 0 }

    package init(hasSystemd: Bool = isSystemdRunning, run: @escaping Run = report) {
        (self.hasSystemd, self.run) = (hasSystemd, run)
    }

    /// Enables and starts what is installed; leaves an ovn-controller that runs alone, whoever started it.
    /// - Returns: what was started, in words.
    package func start(controllerRuns: Bool, until deadline: Deadline) throws(HostError) -> [String] {
        guard hasSystemd else {
            guard !controllerRuns else { return [] }
            try require([Self.script, "start_controller"], until: deadline)
            return ["ovn-controller"]
        }
        var started: [String] = []
        if isInstalled(Self.controllerUnit, until: deadline) {
            // Of one that was started by hand the unit would start a second.
            try require(
                ["systemctl", "enable"] + (controllerRuns ? [] : ["--now"]) + [Self.controllerUnit], until: deadline)
            started.append(Self.controllerUnit)
        } else if !controllerRuns {
            try require([Self.script, "start_controller"], until: deadline)
            started.append("ovn-controller")
        }
        for unit in Self.ownUnits where isInstalled(unit, until: deadline) {
            try require(["systemctl", "enable", "--now", unit], until: deadline)
            started.append(unit)
        }
        return started
    }

    /// Stops and disables the same; ovn-controller takes its chassis out of OVN's Southbound database as it ends.
    package func stop(until deadline: Deadline) throws(HostError) {
        if hasSystemd {
            for unit in Self.ownUnits.reversed() + [Self.controllerUnit] where isInstalled(unit, until: deadline) {
                try require(["systemctl", "disable", "--now", unit], until: deadline)
            }
        }
        // One that was not started by a unit; succeeds where none runs.
        if access(Self.script, X_OK) == 0 { try require([Self.script, "stop_controller"], until: deadline) }
    }

    private func isInstalled(_ unit: String, until deadline: Deadline) -> Bool {
        run(["systemctl", "cat", unit], deadline.remaining) == nil
    }

    private func require(_ words: [String], until deadline: Deadline) throws(HostError) {
        if let failure = run(words, deadline.remaining) {
            throw HostError(.refused, "'\(words.joined(separator: " "))' failed: \(failure)")
        }
    }

    /// What a program printed last is what it failed for.
    @Sendable package static func report(_ words: [String], _ limit: Duration) -> String? {
        let (output, failure) = Tool.report(words, within: limit)
        guard let failure else { return nil }
        let said = output.split(separator: "\n").last.map(String.init) ?? ""
        return said.isEmpty ? failure : "\(failure): \(said)"
    }
}
