/// What a new container shall be; only what network containers need.
package struct ContainerSpec: Sendable, Equatable {
    /// Image reference, `ovn-containers/pause:0.1.0`.
    package var image: String
    /// Labels, kept by the engine for the container's life.
    package var labels: [String: String] = [:]
    /// `none`, `host`, `bridge`, `container:<id>` or a network.
    package var networkMode = "none"
    /// Name servers for `/etc/resolv.conf`; when empty, the engine takes the machine's own.
    package var dns: [String] = []
    /// Domains that names without a dot are looked up in; `.` for none, and when empty, the engine takes the machine's own.
    package var dnsSearch: [String] = []
    /// When the engine starts it again by itself.
    package var restartPolicy = RestartPolicy.no
    /// Replaces the image's command.
    package var command: [String]?
    /// Root file system read-only, no capabilities, no way to gain privileges.
    package var isConfined = true

    package init(image: String) { self.image = image }
}

/// Body of `POST /containers/create`.
struct ContainerCreateBody: Encodable {
    let image: String
    let command: [String]?
    let labels: [String: String]
    let hostConfiguration: HostConfiguration

    struct HostConfiguration: Encodable {
        let networkMode: String
        let dns: [String]
        let dnsSearch: [String]?
        let capDrop: [String]
        let readonlyRootfs: Bool
        let securityOpt: [String]
        let restartPolicy: Policy

        enum CodingKeys: String, CodingKey {
            case networkMode = "NetworkMode"
            case dns = "Dns"
            case dnsSearch = "DnsSearch"
            case capDrop = "CapDrop"
            case readonlyRootfs = "ReadonlyRootfs"
            case securityOpt = "SecurityOpt"
            case restartPolicy = "RestartPolicy"
        }
    }

    struct Policy: Encodable {
        let name: String
        enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    enum CodingKeys: String, CodingKey {
        case image = "Image"
        case command = "Cmd"
        case labels = "Labels"
        case hostConfiguration = "HostConfig"
    }

    init(_ spec: ContainerSpec) {
        image = spec.image
        command = spec.command
        labels = spec.labels
        hostConfiguration = HostConfiguration(
            networkMode: spec.networkMode, dns: spec.dns, dnsSearch: spec.dnsSearch.isEmpty ? nil : spec.dnsSearch,
            capDrop: spec.isConfined ? ["ALL"] : [],
            readonlyRootfs: spec.isConfined, securityOpt: spec.isConfined ? ["no-new-privileges"] : [],
            restartPolicy: Policy(name: spec.restartPolicy.rawValue))
    }
}
