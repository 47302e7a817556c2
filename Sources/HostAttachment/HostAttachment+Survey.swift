import HostNetwork
import NetAddress
import Netlink

extension Finding {
    /// What rows say that is not there.
    ///
    /// - Parameters:
    ///   - attachments: what the rows say.
    ///   - links: the interfaces of the host.
    ///   - plugs: for each port whose sandbox was found, the veth as seen from there.
    /// - Returns: what disagrees; empty where all is well.
    static func list(attachments: [Attachment], links: [Link], plugs: [String: PlugState]) -> [Finding] {
        let byName = Dictionary(links.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var findings: [Finding] = []
        var ports: [String: String] = [:]
        for attachment in attachments {
            func report(_ problem: Finding.Problem, _ detail: String) {
                findings.append(
                    Finding(
                        problem, hostInterface: attachment.hostInterface, portID: attachment.portID, detail: detail))
            }
            if let other = ports.updateValue(attachment.hostInterface, forKey: attachment.portID) {
                report(.duplicate, "port \(attachment.portID) has a second interface, \(other)")
            }
            if !attachment.missingKeys.isEmpty {
                report(.rowIncomplete, "its row lacks \(attachment.missingKeys.joined(separator: ", "))")
            }
            guard let link = byName[attachment.hostInterface] else {
                report(.linkMissing, "container \(attachment.containerID) has ended, or its veth was deleted")
                continue
            }
            if !link.isUp { report(.interfaceWrong, "\(link.name), the end on the host, is down") }
            if let problem = attachment.problem {
                report(.interfaceFailed, "ovs-vswitchd cannot use it: \(problem)")
            } else if !attachment.isInstalled {
                report(
                    .notInstalled,
                    attachment.vlan == nil
                        ? "ovn-controller has not installed its flows" : "ovs-vswitchd has not taken it up")
            }
            if attachment.tag != attachment.vlan {
                report(
                    .tagWrong,
                    "its tag is \(attachment.tag.map(String.init) ?? "none") instead of "
                        + (attachment.vlan.map(String.init) ?? "none"))
            }
            // The rest of what the engine moves is the engine's.
            if attachment.isHandedOver { continue }
            if let container = plugs[attachment.portID]?.container {
                let faults = faults(attachment, container, plugs[attachment.portID]?.addresses ?? [])
                if !faults.isEmpty { report(.interfaceWrong, faults.joined(separator: ", ")) }
            } else {
                let place = attachment.sandbox.map { "\($0.location)" } ?? "an unknown place"
                report(
                    .sandboxMoved, "container \(attachment.containerID) is no longer at the veth's other end (\(place))"
                )
            }
        }
        return findings
    }

    private static func faults(_ attachment: Attachment, _ link: Link, _ addresses: [LinkAddress]) -> [String] {
        var faults: [String] = []
        if link.name != attachment.containerInterface {
            faults.append("it is called \(link.name) instead of \(attachment.containerInterface)")
        }
        if !link.isUp { faults.append("\(link.name) is down") }
        if let mac = attachment.mac, link.mac != mac {
            faults.append("\(link.name) has MAC \(link.mac.map { "\($0)" } ?? "none") instead of \(mac)")
        }
        if attachment.mtu != 0, Int(link.mtu) != attachment.mtu {
            faults.append("\(link.name) has MTU \(link.mtu) instead of \(attachment.mtu)")
        }
        for address in attachment.addresses where !addresses.contains(where: { $0.address == address }) {
            faults.append("\(link.name) lacks address \(address)")
        }
        return faults
    }
}

extension HostAttachment {
    /// Everything out of order with this host's attachments; empty where all is well. Changes nothing.
    ///
    /// ``attach(_:to:within:awaitInstalled:)`` of the same endpoint repairs, ``detach(portID:within:)`` takes away.
    package func audit() async throws(AttachmentError) -> [Finding] { try await survey().findings }

    /// Looks at rows, veths and sandboxes once: one visit to each sandbox, and no process is started.
    package func survey() async throws(AttachmentError) -> Survey {
        do {
            let attachments = attachments()
            let links = try await links.all()
            var plugs: [String: PlugState] = [:]
            for attachment in attachments {
                guard let sandbox = attachment.sandbox, let namespace = try Self.namespace(of: sandbox) else {
                    continue
                }
                plugs[attachment.portID] = try await self.links.inspect(
                    hostInterface: attachment.hostInterface, sandbox: namespace)
            }
            return Survey(
                findings: Finding.list(attachments: attachments, links: links, plugs: plugs),
                interfaces: plugs.compactMapValues { ContainerInterface($0) })
        } catch {
            throw AttachmentError(error, during: "audit this host's attachments")
        }
    }

    /// Nil where the sandbox has ended. One that cannot be opened for another reason may well live: nothing is said of it then.
    private static func namespace(of sandbox: Sandbox) throws(NetlinkError) -> NetworkNamespace? {
        do { return try NetworkNamespace(sandbox) } catch  where [.noEntry, .noProcess, .invalid].contains(error.code) {
            return nil
        }
    }
}

/// Where the container's end of a veth is that was handed over.
package enum HandedOverEnd: Hashable, Sendable {
    /// The veth is gone, and with it the sandbox.
    case gone
    /// Still on the host: the engine has not moved it, or has moved it back.
    case here
    case moved
}

extension HostAttachment {
    /// The attachments that were handed over, each with where its container's end is.
    package func handedOver() async throws(AttachmentError) -> [(attachment: Attachment, end: HandedOverEnd)] {
        // A veth is there before its row: with the interfaces looked at first, an endpoint that is made meanwhile would lack its veth.
        let attachments = attachments().filter(\.isHandedOver)
        let links = try await byName()
        return attachments.map { attachment in
            guard let link = links[attachment.hostInterface] else { return (attachment, .gone) }
            return (attachment, link.peerNamespace == nil ? .here : .moved)
        }
    }

    func byName() async throws(AttachmentError) -> [String: Link] {
        do {
            return Dictionary(try await links.all().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        } catch {
            throw AttachmentError(error, during: "look at this host's interfaces")
        }
    }
}
