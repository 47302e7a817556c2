package import ArgumentParser
import Release

/// `ovn-container`: networks, endpoints, and containers that hold them.
package struct OVNContainer: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ovn-container",
        abstract: "Connect containers of many hosts by logical networks of OVN.",
        discussion: """
            A network has one or several subnets, an endpoint is one connection to a network with its addresses, and a \
            network container holds endpoints on a host: docker run --net=container:ID makes others share them.

            Networks and endpoints are meant by name or by id. What is created is told on stdout by its id and nothing \
            else. Every command may be repeated: what is there already is left as it is, what is half done is finished.

            With the credentials of an OpenStack cloud, by an RC file's OS_... variables, OS_CLOUD or the OpenStack \
            options, its network service is used; else the central point of ovn-integrate set-ipam.

            Exit codes: 0 done, 1 refused, 2 usage, 4 the central point cannot be reached.
            """,
        version: version,
        subcommands: [
            Initialize.self, CreateNetwork.self, ListNetworks.self, ShowNetwork.self, DeleteNetwork.self,
            CreateEndpoint.self, ListEndpoints.self, ShowEndpoint.self, DeleteEndpoint.self, CreateContainer.self,
            ListNames.self, AuditHost.self,
        ])

    package init() {}
}
