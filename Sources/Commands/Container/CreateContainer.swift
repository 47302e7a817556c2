import ArgumentParser
import HostEndpoints
import HostSetup
import NetworkContainers

/// `ovn-container container-create`
struct CreateContainer: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "container-create",
        abstract: "Create a network container with endpoints and print its id.",
        discussion: """
            The endpoints become eth0, eth1 and so on in the order given. The default route goes through the first one \
            whose subnet has a gateway; the subnets' name servers are in resolv.conf. Other containers share all of it: \
            docker run --net=container:ID.

            The id is printed when OVN has connected the endpoints. Repeating the command finishes what an interrupted \
            one began, and connects a container again that was restarted, which ovn-docker-plugin does by itself. Docker \
            starts the container again with the host and when it ends by itself. Without --timeout it gives up after 30 \
            seconds, or 60 where a cloud is asked.

            In the underlay mode an endpoint that another machine carries and no container uses is carried by this one \
            from then on. The id is printed when the cloud says that its ports are ACTIVE.
            """)

    @Option(
        name: .customLong("network"),
        help: ArgumentHelp("An endpoint, by name or id. May be repeated.", valueName: "endpoint"))
    var endpoints: [String] = []

    @OptionGroup var host: HostOptions

    func validate() throws {
        guard !endpoints.isEmpty else { throw ValidationError("name an endpoint: --network=ENDPOINT") }
    }

    func run(in context: Context) async throws {
        let endpoints = endpoints
        let id = try await ContainerHost.with(host, context, default: .seconds(30)) { host in
            try await host.withEngine { engine in
                await Sweep.leftovers(on: host, engine)
                let wiring = try await Wiring.read(endpoints, on: host)
                let creation = ContainerCreation(
                    host: host, engine: engine, wiring: wiring, placement: try await host.placement())
                return try await creation.perform()
            }
        }
        context.console.output(id)
    }
}
