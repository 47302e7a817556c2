import HTTPServing
package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import NetworkStore
import NeutronAPI

/// The Networking API v2.0 over HTTP, on a ``NetworkStore``.
package struct NeutronServer: Sendable {
    /// Where the API is served, and how.
    package struct Listener: Sendable {
        /// The address to listen on.
        package var host: String
        /// 0 takes any free port.
        package var port: Int
        /// Nil: plain HTTP.
        package var tls: ServerTLS?

        package init(host: String = "0.0.0.0", port: Int = 9696, tls: ServerTLS? = nil) {
            (self.host, self.port, self.tls) = (host, port, tls)
        }
    }

    /// A server's settings.
    package struct Configuration: Sendable {
        /// Without authentication, the project of resources created by requests that name none.
        package var defaultProject = "admin"
        /// The authentication method.
        package var authentication = Authentication.none
        /// What lets hosts join, and makes their certificates their right; nil: no host can join.
        package var hosts: HostAdmission?
        /// Its limits.
        package var limits = Limits()
        /// The event loop of all connections; nil: all loops of the process.
        package var eventLoop: (any EventLoop)?

        package init() {}
    }

    /// In the `Server` header.
    static let name = "ovn-ipam"

    let store: NetworkStore
    let configuration: Configuration
    let logger: Logger
    private let firstCopy = FirstCopyGate()
    private let work: Workload
    private let identity: IdentityService?
    private let wrongSecrets = WrongSecrets()
    /// Those of all listeners.
    private let connections: Connections

    package init(store: NetworkStore, configuration: Configuration = Configuration(), logger: Logger) {
        self.store = store
        self.configuration = configuration
        self.logger = logger
        work = Workload(limits: configuration.limits)
        connections = Connections(limits: configuration.limits.ofConnections, logger: logger)
        if case .builtin(let settings) = configuration.authentication {
            identity = IdentityService(store: store, configuration: settings)
        } else {
            identity = nil
        }
    }

    /// The application on one listener, a service to run. Several share the limits, and what is known of users and their guesses.
    /// `onRunning` gets the port once connections are accepted.
    package func application(
        on listener: Listener = Listener(),
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            responder: APIResponder(
                inner: router().buildResponder(), scheme: listener.tls == nil ? "http" : "https",
                hasIdentity: identity != nil),
            server: HTTPServerBuilder { [configuration, connections] responder in
                APIChannel(
                    limits: configuration.limits, connections: connections, tls: listener.tls, responder: responder)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(listener.host, port: listener.port), serverName: Self.name),
            onServerRunning: { [logger] channel in
                do {
                    try await channel.eventLoop.submit {
                        try HTTPServing.surviveFailingAccepts(of: channel, logger: logger)
                    }.get()
                } catch {
                    logger.warning("the server has closed already", metadata: ["cause": "\(error)"])
                }
                await onRunning(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: configuration.eventLoop.map { .shared($0) } ?? .singleton,
            logger: logger)
    }

    private func router() -> Router<APIRequestContext> {
        let router = Router(context: APIRequestContext.self)
        let root = router.group()
        // These two need no token; version 2.0 does, as in Neutron.
        HealthController(store: store).addRoutes(to: root)
        let versions = VersionController(resources: Self.resources)
        versions.addRoutes(to: root)
        if let identity { IdentityController(identity: identity, work: work).addRoutes(to: router.group("v3")) }
        let version = router.group("v2.0").add(
            middleware: Authenticator(
                authentication: configuration.authentication, defaultProject: configuration.defaultProject,
                hosts: configuration.hosts.map { _ in HostAuthentication(store: store) }, identity: identity))
        if let hosts = configuration.hosts {
            HostController(store: store, admission: hosts, wrong: wrongSecrets).addRoutes(to: root)
        }
        versions.addIndex(to: version)
        ExtensionController().addRoutes(to: version)
        let watching = PortWatchController(store: store, firstCopy: firstCopy, work: work)
        for resource in Self.resources { add(resource, watching: watching, to: version) }
        SubportController(store: store, work: work).addRoutes(to: version)
        AddressController(store: store, work: work).addRoutes(to: version)
        QuotaController(store: store, firstCopy: firstCopy, work: work).addRoutes(to: version)
        AutoAllocationController().addRoutes(to: version)
        AgentController(store: store, firstCopy: firstCopy, work: work).addRoutes(to: version)
        addDerived(AvailabilityZone.self, to: version)
        addDerived(NetworkIPAvailability.self, to: version)
        addDerived(ServiceProvider.self, to: version)
        SubnetPoolController(store: store, work: work).addRoutes(to: version)
        return router
    }

    /// The resources, in the order of the index.
    private static let resources: [any ServedResource.Type] = [
        AddressGroup.self, AddressScope.self, Network.self, Port.self, RBACPolicy.self, SecurityGroup.self,
        SecurityGroupRule.self, Subnet.self, SubnetPool.self, Trunk.self,
    ]

    private func addDerived<Of: StoredDerivedResource>(_ type: Of.Type, to routes: Routes) {
        DerivedController<Of>(store: store, firstCopy: firstCopy, work: work).addRoutes(to: routes)
    }

    private func add<Of: ServedResource>(_ type: Of.Type, watching: PortWatchController, to routes: Routes) {
        ResourceController<Of>(
            store: store, firstCopy: firstCopy, work: work, watching: Of.self == Port.self ? watching : nil
        )
        .addRoutes(to: routes)
        if Of.attributes["tags"] != nil { TagController<Of>(store: store, work: work).addRoutes(to: routes) }
    }
}
