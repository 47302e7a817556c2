import Foundation

/// A row of Southbound's `Logical_Flow`.
package struct LogicalFlow: Hashable, Sendable {
    package let match: String
    package let actions: String

    package init(match: String, actions: String) { (self.match, self.actions) = (match, actions) }
}

extension OVNCentral {
    /// What ovn-northd wants hosts to do.
    package func logicalFlows() async throws -> [LogicalFlow] {
        let text = try await southbound.control(
            "ovn-sbctl", "--format=json", "--columns=match,actions", "list", "Logical_Flow")
        let table = try JSONDecoder().decode(Table.self, from: Data(text.utf8))
        return table.data.map { LogicalFlow(match: $0[0], actions: $0[1]) }
    }

    /// What ovn-trace, which reads every flow with OVN's own parser, cannot understand.
    package func traceComplaints(switch name: String, port: String) async throws -> [String] {
        let file = "\(northbound.folder)/trace.log"
        try await run([
            "ovn-trace", "--db=unix:\(southbound.socket)", "-vconsole:off", "--log-file=\(file)", name,
            "inport == \"\(port)\" && ip4",
        ])
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init).filter {
            $0.contains("parsing") || $0.contains("|ERR|")
        }
    }

    private struct Table: Decodable {
        let data: [[String]]
    }
}
