import Foundation
import HostNetwork
import HostSetup
import TestAPI
import TestServers

@testable import Commands

/// A host on which the commands find everything real: Open vSwitch, ovn-controller, Docker, and a central point.
///
/// All of it is in folders and a network namespace of its own. Commands run in this process, so that a test can make any
/// of their steps fail.
struct RealHost: Sendable {
    let ovs: OVSHost
    let central: OVNCentral
    let docker: PrivateDocker
    let namespace: NetworkNamespace
    let api: String
    let pause: String

    /// How a command ended and what it said.
    struct Outcome: Sendable {
        let status: Program.Status
        let output: [String]
        let errors: [String]
    }

    /// Runs `ovn-container` with these words.
    func container(
        _ words: String..., afterStep: @escaping @Sendable (CreationStep) throws -> Void = { _ in }
    ) async -> Outcome {
        await container(words, environment: [:], afterStep: afterStep)
    }

    /// Runs it in an environment that has more.
    func container(
        _ words: [String], environment: [String: String],
        afterStep: @escaping @Sendable (CreationStep) throws -> Void
    ) async -> Outcome {
        let record = ConsoleRecord()
        let own = ["DOCKER_HOST": "unix://\(docker.socket)", "OVN_RUNDIR": ovs.folder, "OVN_CONTAINERS_PAUSE": pause]
        var context = Context(
            environment: own.merging(environment) { $1 }, console: record.console(),
            executable: "/nowhere/bin/ovn-container")
        context.hooks.namespace = namespace
        context.hooks.api = api
        context.hooks.afterStep = afterStep
        // Nobody else makes or takes away anything meanwhile.
        context.hooks.settlingTime = .milliseconds(100)
        let finished = context
        let status = await Program.run(
            OVNContainer.self, words + ["--db", "unix:\(ovs.database.socket)"], in: finished)
        return Outcome(status: status, output: record.output, errors: record.errors)
    }

    /// Runs `docker` against the host's engine; answers what it prints.
    func docker(_ words: String...) async throws -> String {
        try await run(["env", "DOCKER_API_VERSION=1.41", "docker", "--host", "unix://\(docker.socket)"] + words)
    }

    /// What of network containers is on the host: containers, Interface rows and veths. Empty when nothing is left.
    func leftovers() async throws -> [String] {
        let containers = try await docker("ps", "-aq").split(separator: "\n").map { "container \($0)" }
        let ports = try await ovs.control("list-ports", "br-int").split(separator: "\n").map { "port \($0)" }
        let links = try await ovs.inside("ip", "-o", "link", "show", "type", "veth").split(separator: "\n")
        // Each process that looks after a veth gives it a filter of its own, with another number and the same instructions.
        let veths = links.map { $0[..<($0.firstRange(of: "prog/xdp")?.lowerBound ?? $0.endIndex)] }
        return containers + ports + veths.map(String.init)
    }

    /// Brings one up, runs `body`, and takes it away.
    static func with(_ body: @escaping @Sendable (RealHost) async throws -> Void) async throws {
        let pause = try await PauseProgram.path()
        let namespace = try NetworkNamespace.make()
        let docker = try await PrivateDocker.start(processesAreVisible: true)
        defer { docker.stop() }
        try await withOVNCentral { central in
            try await withOVSHost(namespace: namespace.descriptor) { ovs in
                try await ovs.join(central, as: "chassis")
                try await ovs.control(
                    "set", "open", ".", "external_ids:hostname=chassis", "external_ids:ipam=127.0.0.1")
                try await withAPI(central.northbound, central.southbound) { api in
                    let host = RealHost(
                        ovs: ovs, central: central, docker: docker, namespace: namespace, api: api, pause: pause)
                    try await body(host)
                }
            }
        }
    }
}
