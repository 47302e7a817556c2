import FoundationEssentials
import Glibc

/// This host's ovn-controller, asked through its control socket (ovn-controller(8) §"Runtime Management Commands").
package struct OVNController: Sendable {
    /// Where it stands with the Southbound database.
    package enum Connection: Hashable, Sendable {
        case connected
        case notConnected
        /// With what was not found.
        case notRunning(String)
    }

    /// What it knows of a port that has an Interface here.
    package enum Binding: Hashable, Sendable {
        /// The Southbound database has no such port.
        case noPort
        /// It sees the port. Whether it has claimed it, the Interface's `ovn-installed` tells.
        case seen
        case unknown(String)
    }

    /// The folder with its pid file and socket: `OVN_RUNDIR`, by default `/var/run/ovn`.
    package let folder: String
    private let control = ControlSocket()

    package init(folder: String? = nil) {
        self.folder = folder ?? getenv("OVN_RUNDIR").map { String(cString: $0) } ?? "/var/run/ovn"
    }

    package func connection(within limit: Duration = .seconds(1)) async -> Connection {
        do {
            let answer = try await ask("connection-status", within: limit)
            return answer.hasPrefix("connected") ? .connected : .notConnected
        } catch {
            return .notRunning(error.description)
        }
    }

    package func binding(of portID: String, within limit: Duration = .seconds(1)) async -> Binding {
        do {
            let answer = try await ask("debug/dump-local-bindings", within: limit)
            guard let line = answer.split(separator: "\n").first(where: { $0.contains("name: [\(portID)]") }) else {
                return .unknown("it has not seen the interface")
            }
            return line.contains("num binding lports : [0]") ? .noPort : .seen
        } catch {
            return .unknown(error.description)
        }
    }

    private func ask(_ command: String, within limit: Duration) async throws(ControlSocket.Failure) -> String {
        let file = "\(folder)/ovn-controller.pid"
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            let isGone = access(file, F_OK) != 0 && errno == ENOENT
            throw ControlSocket.Failure(description: isGone ? "there is no \(file)" : "\(file) cannot be read")
        }
        guard let process = Int32(text.filter { !$0.isWhitespace }) else {
            throw ControlSocket.Failure(description: "\(file) has no process id")
        }
        return try await control.ask("\(folder)/ovn-controller.\(process).ctl", command, within: limit)
    }
}
