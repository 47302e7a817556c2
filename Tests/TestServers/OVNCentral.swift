import Foundation
import Glibc

/// A private OVN central: both databases and ovn-northd, in temporary folders.
package final class OVNCentral: Sendable {
    package let northbound: OVSDBServer
    package let southbound: OVSDBServer

    fileprivate init(_ northbound: OVSDBServer, _ southbound: OVSDBServer) {
        self.northbound = northbound
        self.southbound = southbound
    }

    private var pidFile: String { "\(northbound.folder)/northd.pid" }
    private var logFile: String { "\(northbound.folder)/northd.log" }

    fileprivate func launchNorthd() async throws {
        try await run([
            "ovn-northd", "--detach", "--no-chdir", "--pidfile=\(pidFile)", "--log-file=\(logFile)", "-vconsole:off",
            "--unixctl=\(northbound.folder)/northd.ctl", "--ovnnb-db=unix:\(northbound.socket)",
            "--ovnsb-db=unix:\(southbound.socket)",
        ])
    }

    fileprivate func stopNorthd() {
        guard let text = try? String(contentsOfFile: pidFile, encoding: .utf8),
            let processID = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return }
        _ = Glibc.kill(processID, SIGKILL)
    }

    /// Waits until ovn-northd has translated what is in the Northbound database.
    package func synchronize() async throws {
        try await northbound.control("ovn-nbctl", "--wait=sb", "sync")
    }

    /// What ovn-northd complained about, save that the machine gave it no time.
    package func warnings() throws -> [String] {
        try String(contentsOfFile: logFile, encoding: .utf8).split(separator: "\n").map(String.init).filter {
            ($0.contains("|WARN|") || $0.contains("|ERR|")) && !$0.contains("|timeval|")
        }
    }
}

/// Runs `body` with a private OVN central, which is killed, and its folders removed, whatever happens.
package func withOVNCentral<Result>(_ body: (OVNCentral) async throws -> Result) async throws -> Result {
    try await withOVSDBServer(schema: .northbound) { northbound in
        try await withOVSDBServer(schema: .southbound) { southbound in
            let central = OVNCentral(northbound, southbound)
            defer { central.stopNorthd() }
            try await central.launchNorthd()
            return try await body(central)
        }
    }
}
