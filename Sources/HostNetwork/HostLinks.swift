package import Netlink

/// The network interfaces of this host, and the ends of its veths in containers.
///
/// The socket belongs to the host's namespace; what happens in a container's goes through a socket opened there by a thread that
/// dies. All of it runs in order on an executor of its own, since the kernel does network changes one at a time anyway.
package actor HostLinks {
    /// How long the kernel may take to answer. It answers while being asked; only a stuck machine gets near this.
    package static let limit: Duration = .seconds(5)

    private let executor: KernelExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The host's namespace.
    package nonisolated let namespace: NetworkNamespace
    /// Whether it is another than the process's own, as in tests.
    private let isElsewhere: Bool
    package var socket: NetlinkSocket
    /// What keeps router advertisements from packet sockets, once it is in the kernel.
    var program: CInt?

    /// The interfaces of `namespace`, or of the calling thread's own.
    package init(in namespace: NetworkNamespace? = nil) throws {
        let own = try NetworkNamespace.current()
        executor = KernelExecutor()
        self.namespace = namespace ?? own
        isElsewhere = namespace.map { $0.identity != own.identity } ?? false
        socket = try NetlinkSocket(in: isElsewhere ? self.namespace.descriptor : nil)
    }

    /// One interface of the host, nil where it is absent.
    package func find(_ link: LinkReference) throws -> Link? {
        try socket.rows(.getLink(link), within: Self.limit).first.map { message throws in try Link(message) }
    }

    /// All interfaces of the host.
    package func all() throws -> [Link] {
        try socket.rows(.listLinks(), within: Self.limit).map { message throws in try Link(message) }
    }

    /// Sends requests to the host's namespace, all at once.
    package func apply(_ requests: [NetlinkRequest]) throws { try socket.apply(requests, within: Self.limit) }

    /// Whether interfaces of this host, and of its containers, can have IPv6 addresses.
    package nonisolated var hasIPv6: Bool { InterfaceSetting.hasIPv6 }

    /// Turns IPv6 off or on for one interface of the host.
    func setIPv6(_ isOn: Bool, of interface: String) throws {
        try inNamespace { () throws in try InterfaceSetting.disableIPv6(!isOn, of: interface) }
    }

    /// Runs `body` in the host's namespace.
    package func inNamespace<T: Sendable>(_ body: () throws -> T) throws -> T {
        isElsewhere ? try namespace.run(body) : try body()
    }
}
