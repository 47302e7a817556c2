extension Container {
    /// An id as the engine shortens it.
    package static let shortIDLength = 12

    /// The names by which the engine's own name server finds an endpoint of this container, its own name first, each once whatever its
    /// case (that server knows none).
    ///
    /// Engines from 25 on say them (`DNSNames`: name, aliases, short id, host name). Those before resolve the name and `Aliases`, to which
    /// they add the short id and the host name when the container starts. A name that such an engine has made up itself (no `--name`) it
    /// resolves only after a rename; here it counts, as from 25 on.
    package func names(of endpoint: NetworkEndpoint) -> [String] {
        Self.distinct(
            endpoint.dnsNames.isEmpty
                ? [name] + endpoint.aliases + [String(id.prefix(Self.shortIDLength)), hostname] : endpoint.dnsNames)
    }

    private static func distinct(_ names: [String]) -> [String] {
        var known: Set<String> = []
        return names.filter { !$0.isEmpty && known.insert($0.lowercased()).inserted }
    }
}
