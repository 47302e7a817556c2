// swift-tools-version: 6.2
import PackageDescription

/// Settings every target shares: Swift 6 language mode, strict imports, warnings are errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// Libraries from outside, by the name used below.
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
/// Its lock, and not the standard library's `Mutex`: the thread sanitizer understands this one where several wait for it.
let locks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
// Not the product `Metrics`, which drags Foundation in.
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
// Without its YAML and JSON traits: async-http-client links it into the command lines, and both drag Foundation in.
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let http: [Target.Dependency] = [
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    nioHTTP,
]
/// Inside the programs, so that the machines they run on need no libyaml (`docs/decisions/0007-yaml.md`).
let libyaml: [LinkerSetting] = [.linkedLibrary(":libyaml.a")]
/// X.509, with what it signs and encodes with.
let x509: [Target.Dependency] = [
    .product(name: "X509", package: "swift-certificates"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
    .product(name: "Crypto", package: "swift-crypto"),
]
let crypto: [Target.Dependency] = [
    .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
]
let hashTrees: Target.Dependency = .product(name: "HashTreeCollections", package: "swift-collections")

/// A room of `docs/architecture.md`. `Tests/ArchitectureTests` compares these edges with its table.
func room(_ name: String, uses: [Target.Dependency] = [], linker: [LinkerSetting] = []) -> Target {
    .target(name: name, dependencies: uses, swiftSettings: strict, linkerSettings: linker)
}

/// A command: `main` and wiring only.
func command(_ name: String, uses: [Target.Dependency], linker: [LinkerSetting] = []) -> Target {
    .executableTarget(name: name, dependencies: uses, swiftSettings: strict, linkerSettings: linker)
}

/// A command line starts in 2 ms instead of 3 when the loader has no 75,000 relocations to apply
/// (`docs/decisions/0006-linking.md`).
let fixedAddress: [LinkerSetting] = [
    .unsafeFlags(
        ["-Xclang-linker", "-no-pie", "-Xlinker", "--no-export-dynamic"],
        .when(platforms: [.linux], configuration: .release))
]

func tests(_ room: String, uses: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: room + "Tests", dependencies: [.init(stringLiteral: room)] + uses, resources: resources,
        swiftSettings: strict)
}

let package = Package(
    name: "ovn-containers",
    products: [
        .library(name: "OVSDB", targets: ["OVSDB"]),
        .library(name: "OVSDBClient", targets: ["OVSDBClient"]),
        .library(name: "NetAddress", targets: ["NetAddress"]),
        .executable(name: "ovn-ipam", targets: ["ovn-ipam"]),
        .executable(name: "ovn-docker-plugin", targets: ["ovn-docker-plugin"]),
        .executable(name: "ovn-integrate", targets: ["ovn-integrate"]),
        .executable(name: "ovn-container", targets: ["ovn-container"]),
        .executable(name: "ovsdb-modelgen", targets: ["ovsdb-modelgen"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
    ],
    targets: [
        // No I/O, no clocks.
        room("NetAddress"),
        room("JSONCoding"),
        room("OVSDB", uses: ["JSONCoding", hashTrees]),
        room("OVNModel", uses: ["OVSDB"]),
        room("IPAM", uses: ["NetAddress"]),
        room("DHCPOptions", uses: ["NetAddress"]),
        room("DNSMessages", uses: ["NetAddress"]),
        room("NameDirectory", uses: ["NetAddress", "DNSMessages"]),
        room("Deadlines"),
        room("NeutronAPI", uses: ["NetAddress", "JSONCoding", "Deadlines"]),
        room("Identity", uses: ["Deadlines", "NeutronAPI"] + crypto),
        room("Release"),
        room("Discretion", uses: [logging]),
        .systemLibrary(name: "CYAML"),
        room("YAML", uses: ["CYAML"], linker: libyaml),

        // The kernel.
        .target(name: "CLinux"),
        room("Certificates", uses: ["NetAddress", "Deadlines", "Discretion", "CLinux", locks] + x509),
        room("Netlink", uses: ["NetAddress", "CLinux"]),
        room("HostNetwork", uses: ["NetAddress", "Discretion", "CLinux", "Netlink"]),
        room("EmbeddedOVN", uses: ["Discretion", "CLinux", lifecycle, logging]),

        room(
            "ContainerResolver",
            uses: [
                "NetAddress", "DNSMessages", "NameDirectory", "Deadlines", "CLinux", "Netlink", "HostNetwork", logging,
                locks,
            ] + nio),

        // Other daemons.
        room(
            "OVSDBClient",
            uses: ["JSONCoding", "OVSDB", "Deadlines", "Discretion", nioSSL, logging, metrics, locks] + nio),
        room("HTTPServing", uses: [logging, locks, nioHTTP] + nio),
        room(
            "HTTPTransport",
            uses: ["Deadlines", "Discretion", "Certificates", "HTTPServing", nioSSL, logging, locks] + http + nio),
        room("DockerEngine", uses: ["NetAddress", "Deadlines", "HTTPTransport", logging] + http + nio),
        room(
            "Keystone",
            uses: ["JSONCoding", "Deadlines", "YAML", "Discretion", "HTTPServing", "HTTPTransport", logging, locks]
                + http + nio),
        room(
            "NeutronClient",
            uses: ["NetAddress", "JSONCoding", "Deadlines", "NeutronAPI", "HTTPTransport", "Keystone", logging] + http
                + nio),

        // What we are.
        room(
            "NetworkStore",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "IPAM", "DHCPOptions", "Deadlines", "NeutronAPI",
                "OVSDBClient", logging,
            ]),
        room(
            "NeutronServer",
            uses: [
                "NetAddress", "JSONCoding", "Deadlines", "NeutronAPI", "Identity", "Discretion", "Certificates",
                "HTTPServing", "HTTPTransport", "Keystone", "NetworkStore", hummingbird, lifecycle, logging, metrics,
                locks, nioHTTP, nioSSL, nioTLS,
            ] + nio),
        room(
            "HostAttachment",
            uses: ["NetAddress", "OVSDB", "OVNModel", "Deadlines", "Netlink", "HostNetwork", "OVSDBClient", logging]),
        room(
            "NICBridging",
            uses: [
                "NetAddress", "OVSDB", "OVNModel", "Deadlines", "CLinux", "Netlink", "HostNetwork", "OVSDBClient",
                "HostAttachment", logging,
            ]),
        room(
            "HostSetup",
            uses: [
                "NetAddress", "OVSDB", "OVNModel", "Deadlines", "NeutronAPI", "Discretion", "Certificates",
                "HostNetwork", "OVSDBClient", "HTTPTransport", "DockerEngine", "Keystone", "NeutronClient",
                "HostAttachment", logging,
            ]),
        room(
            "HostMembership",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "Deadlines", "Release", "Discretion", "Certificates",
                "HostNetwork", "OVSDBClient", "HTTPTransport", "HostSetup", logging, nioHTTP,
            ] + nio),
        room(
            "ContainerFirewall",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "NeutronAPI", "HostNetwork", "OVSDBClient",
                "NICBridging", "HostSetup",
            ]),
        room(
            "HostEndpoints",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "Deadlines", "NeutronAPI", "HostNetwork",
                "OVSDBClient", "NeutronClient", "HostAttachment", "HostSetup", logging,
            ]),
        room(
            "NetworkContainers",
            uses: [
                "NetAddress", "Deadlines", "NeutronAPI", "Release", "Netlink", "HostNetwork", "DockerEngine",
                "NeutronClient", "HostAttachment", "HostSetup", "HostEndpoints", logging,
            ]),
        room(
            "DockerNetworks",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "Deadlines", "NeutronAPI", "HostNetwork",
                "OVSDBClient", "NeutronClient", "HostAttachment", "HostSetup", "HostEndpoints", logging,
            ]),
        room(
            "HostDiagnosis",
            uses: [
                "NetAddress", "OVSDB", "OVNModel", "Deadlines", "NeutronAPI", "Certificates", "Netlink", "HostNetwork",
                "OVSDBClient", "DockerEngine", "Keystone", "NeutronClient", "HostAttachment", "NICBridging",
                "HostSetup", "HostMembership", "ContainerFirewall", "HostEndpoints", "NetworkContainers",
                "DockerNetworks", logging,
            ]),
        room(
            "DockerPlugin",
            uses: [
                "NetAddress", "JSONCoding", "NameDirectory", "Deadlines", "NeutronAPI", "Certificates", "Netlink",
                "HostNetwork", "ContainerResolver", "OVSDBClient", "HTTPServing", "DockerEngine", "Keystone",
                "NeutronClient", "HostAttachment", "HostSetup", "HostMembership", "ContainerFirewall", "HostEndpoints",
                "DockerNetworks", "HostDiagnosis", lifecycle, logging, locks, nioHTTP,
            ] + nio),
        room(
            "Commands",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "Deadlines", "NeutronAPI", "Release", "Discretion",
                "Certificates", "HostNetwork", "OVSDBClient", "DockerEngine", "Keystone", "NeutronClient",
                "HostAttachment", "NICBridging", "HostSetup", "HostMembership", "ContainerFirewall", "HostEndpoints",
                "NetworkContainers", "DockerNetworks", "HostDiagnosis", arguments, logging,
            ]),

        command(
            "ovn-ipam",
            uses: [
                "NetAddress", "JSONCoding", "OVSDB", "OVNModel", "DHCPOptions", "Deadlines", "NeutronAPI", "Identity",
                "Release", "YAML", "Discretion", "CLinux", "Certificates", "EmbeddedOVN", "OVSDBClient",
                "HTTPTransport", "Keystone", "NetworkStore", "NeutronServer", arguments, configuration, lifecycle,
                signals, logging,
            ] + nio),
        command(
            "ovn-docker-plugin",
            uses: [
                "OVSDB", "Release", "Discretion", "CLinux", "ContainerResolver", "OVSDBClient", "DockerEngine",
                "Keystone", "HostAttachment", "HostSetup", "NetworkContainers", "DockerPlugin", arguments, lifecycle,
                signals, logging,
            ]),
        command("ovn-integrate", uses: ["Commands"], linker: fixedAddress),
        command("ovn-container", uses: ["Commands"], linker: fixedAddress),
        command("ovsdb-modelgen", uses: ["JSONCoding", "OVSDB", arguments]),
        command("ovn-manual", uses: [arguments]),

        /// `make bench`; never shipped.
        .executableTarget(
            name: "ovn-bench",
            dependencies: [
                "Certificates", "Deadlines", "HostAttachment", "HostMembership", "NetworkStore", arguments, logging,
                nioEmbedded,
                nioSSL, nioTLS,
            ] + nio,
            path: "Benchmarks/ovn-bench", swiftSettings: strict),

        tests("NetAddress"),
        tests("JSONCoding", uses: ["TestServers"]),
        tests("OVSDB", uses: ["TestServers"]),
        tests("OVNModel"),
        tests("IPAM"),
        tests("DHCPOptions", uses: ["TestServers"]),
        tests("DNSMessages"),
        tests("NameDirectory"),
        tests("NeutronAPI"),
        tests("Identity", uses: ["Deadlines", "NeutronAPI"]),
        tests("Discretion", uses: [logging, locks]),
        tests("Certificates", uses: x509),
        tests("Netlink"),
        tests("EmbeddedOVN", uses: [lifecycle, logging]),
        tests("ovn-ipam", uses: ["TestServers"]),
        tests(
            "ContainerResolver",
            uses: ["NetAddress", "DNSMessages", "NameDirectory", "HostNetwork", "Netlink", logging]),
        tests("HostNetwork"),
        tests("OVSDBClient", uses: ["OVNModel", "TestServers"] + nio),
        tests("DockerEngine", uses: ["TestServers"]),
        tests("YAML"),
        tests("HTTPServing", uses: [nioHTTP, nioEmbedded] + nio),
        tests("HTTPTransport", uses: ["HTTPServing", "TestServers", nioHTTP]),
        tests("Keystone", uses: ["TestServers"]),
        tests("NeutronClient", uses: ["TestAPI", "TestServers"]),
        tests("NetworkStore", uses: ["TestServers"]),
        tests(
            "NeutronServer", uses: ["TestAPI", "TestServers", hummingbirdTesting],
            resources: [.copy("RecordedAnswers.json")]),
        tests("HostAttachment", uses: ["TestServers"]),
        tests("NICBridging", uses: ["TestServers"]),
        tests("HostSetup", uses: ["TestSamples"]),
        tests("HostMembership", uses: ["TestSamples", "TestServers"]),
        tests("ContainerFirewall", uses: ["TestServers"]),
        tests("HostEndpoints", uses: ["TestSamples"]),
        tests("NetworkContainers", uses: ["TestSamples"]),
        tests("DockerNetworks"),
        tests("HostDiagnosis", uses: ["TestSamples"]),
        tests("DockerPlugin", uses: ["ovn-docker-plugin", "TestAPI", "TestServers", lifecycle]),
        tests("Commands", uses: ["TestAPI", "TestSamples", "TestServers"]),
        .testTarget(name: "ManualTests", dependencies: ["ovn-manual"], swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .testTarget(name: "LabTests", swiftSettings: strict),

        /// Private `ovsdb-server`s, `ovn-northd`s and the like for the engine tests.
        .target(
            name: "TestServers",
            dependencies: ["JSONCoding", "Deadlines", "Certificates", nioSSL, nioHTTP, locks] + nio,
            path: "Tests/TestServers", exclude: ["keystone"],
            swiftSettings: strict),
        /// What rows and answers of the API look like.
        .target(
            name: "TestSamples", dependencies: ["HostAttachment", "NeutronAPI"], path: "Tests/TestSamples",
            swiftSettings: strict),
        /// The networking API on databases of those.
        .target(
            name: "TestAPI", dependencies: ["NeutronServer", "TestServers", hummingbird, logging],
            path: "Tests/TestAPI", swiftSettings: strict),
    ]
)
