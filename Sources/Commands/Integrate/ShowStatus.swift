import ArgumentParser
import Discretion
import HostDiagnosis
import HostSetup
import JSONCoding
import Keystone
import Logging
import NICBridging
import NeutronAPI

/// `ovn-integrate status`
struct ShowStatus: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is set, what is missing, and whether this host is connected.",
        discussion: """
            Exit code 0 means that this host can take part in logical networks. Otherwise the cause is named on stderr.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        let logger = host.logger(context)
        let cloud = host.cloud.choice(context)
        let status = try await HostDatabase.with(host.remote(context), until: deadline, logger: logger) { database in
            try await IntegrationStatus.look(database, cloud, context.hooks, until: deadline, logger: logger)
        }
        status.print(output, on: context.console)
        if let cause = status.cause { throw HostError(.refused, "this host does not work: \(cause)") }
    }
}

extension IntegrationStatus {
    func print(_ options: OutputOptions, on console: Console) {
        switch options.format {
        case .json: console.output(json)
        case .value:
            for check in checks { console.output("\(check.key)\t\(check.state.rawValue)\t\(check.value)") }
            for tunnel in tunnels {
                console.output(
                    "tunnel\t\(tunnel.problem == nil ? "ok" : "failed")\t\(tunnel.type) \(tunnel.remote) \(tunnel.chassis)"
                )
            }
        case .table:
            var listing = Listing(columns: [
                .init(key: "name", title: "Setting", isBreakable: false), .init(key: "value", title: "Value"),
                .init(key: "state", title: "State"),
            ])
            for check in checks {
                listing.rows.append([Cell(check.title), Cell(check.value), Cell(check.state.rawValue)])
            }
            for tunnel in tunnels {
                listing.rows.append([
                    Cell("Tunnel to \(tunnel.chassis)"), Cell("\(tunnel.type) to \(tunnel.remote)"),
                    Cell(tunnel.problem ?? "ok"),
                ])
            }
            console.output(Table(listing, width: console.width).text)
            if tunnels.isEmpty { console.output("No tunnel: no other host has joined yet.") }
        }
        for warning in warnings { console.errors("warning: \(warning.plain())") }
    }

    private var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("working")
            writer.value(cause == nil)
            writer.name("cause")
            writer.value(cause)
            writer.name("checks")
            writer.array(checks) { writer, check in
                writer.object { writer in
                    let members = [
                        ("name", check.key), ("value", check.value), ("state", check.state.rawValue),
                        ("remedy", check.remedy),
                    ]
                    for (name, value) in members {
                        writer.name(name)
                        writer.value(value)
                    }
                }
            }
            writer.name("warnings")
            writer.array(warnings) { writer, warning in writer.value(warning) }
            writer.name("tunnels")
            writer.array(tunnels) { writer, tunnel in
                writer.object { writer in
                    let members = [
                        ("interface", tunnel.interface), ("type", tunnel.type), ("remote_ip", tunnel.remote),
                        ("chassis", tunnel.chassis), ("problem", tunnel.problem),
                    ]
                    for (name, value) in members {
                        writer.name(name)
                        writer.value(value)
                    }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
