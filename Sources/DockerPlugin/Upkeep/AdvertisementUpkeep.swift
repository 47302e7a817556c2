import HostAttachment
import HostEndpoints
import HostSetup
package import Logging
import NeutronAPI

/// Keeps router advertisements out of this host's containers, and from the network where their ports may not send them: those plugged in
/// by an earlier release, and those whose port security was switched on or off since.
package struct AdvertisementUpkeep: Sendable {
    let hosts: DockerPlugin.Hosts
    let logger: Logger

    package init(hosts: @escaping DockerPlugin.Hosts, logger: Logger) {
        self.hosts = hosts
        self.logger = logger
    }

    private static let interval = Duration.seconds(30)
    private static let limit = Duration.seconds(20)

    /// What was put right for an attachment: true where it may advertise.
    private typealias Settled = [String: (interface: String, mayAdvertise: Bool)]

    /// Returns by being cancelled.
    package func run() async throws {
        var settled: Settled = [:]
        while true {
            try Task.checkCancellation()
            do { try await pass(&settled) } catch {
                // Who loses central or Open vSwitch says so elsewhere.
                logger.debug("advertisements not looked at", metadata: ["cause": "\(HostError(error).message)"])
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func pass(_ settled: inout Settled) async throws {
        let host = try await hosts(Self.limit)
        let attachments = host.attachment.attachments()
        let present = Dictionary(
            attachments.map { ($0.portID, $0.hostInterface) }, uniquingKeysWith: { first, _ in first })
        settled = settled.filter { present[$0.key] == $0.value.interface }
        let ports = try await host.ports(
            Set(attachments.compactMap { ID<Port>($0.portID) }), fields: Port.comparedFields)
        for attachment in attachments {
            guard let port = ID<Port>(attachment.portID).flatMap({ ports[$0] }) else { continue }
            if let known = settled[attachment.portID], known.mayAdvertise == port.mayAdvertise { continue }
            do {
                try await host.attachment.setMayAdvertise(
                    port.mayAdvertise, portID: attachment.portID, within: host.remaining)
                try await host.attachment.refuseRouters(attachment)
                settled[attachment.portID] = (attachment.hostInterface, port.mayAdvertise)
            } catch {
                // One that is just starting has its sandbox by the next time.
                logger.debug(
                    "advertisements not settled",
                    metadata: ["port": "\(attachment.portID)", "cause": "\(HostError(error).message)"])
            }
        }
    }
}
