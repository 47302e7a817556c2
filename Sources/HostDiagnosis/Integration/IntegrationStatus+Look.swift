import Certificates
import ContainerFirewall
package import Deadlines
import HostAttachment
import HostMembership
import HostNetwork
package import HostSetup
package import Keystone
package import Logging
import NICBridging
import NeutronClient
import OVNModel
import OVSDB
import OVSDBClient

extension IntegrationStatus {
    /// Looks at this host, and asks the cloud where it is meant, else the central point.
    package static func look(
        _ database: HostDatabase, _ cloud: CloudChoice, _ hooks: TestHooks, until deadline: Deadline, logger: Logger
    ) async throws -> IntegrationStatus {
        let ovs = database.client
        let central = ovs.replica[OpenVSwitch.Configuration.self].only.flatMap { CentralPoint($0) }
        async let api = api(cloud, central, hooks, deadline, logger)
        async let controller = OVNController(folder: cloud.environment["OVN_RUNDIR"]).connection(
            within: min(deadline.remaining, .seconds(2)))
        let links = try hooks.namespace.map { try HostLinks(in: $0) }
        let nics = try await NICBridge(ovs: ovs, links: links, logger: logger).states()
        let surroundings = Surroundings(
            controller: await controller, apiProblem: await api.problem, apiEndpoint: await api.endpoint,
            addresses: LocalAddresses.current(), kernelHasSTT: EncapsulationType.kernelHasSTT,
            firewall: await HostFirewall(hooks).state(database), movedNICs: nics,
            certificate: central?.isSecure == true ? CertificateState.look(.ofHost(cloud.environment)) : nil)
        return IntegrationStatus(ovs.replica, surroundings)
    }

    /// Where the networking API is, as far as that is known, and why it does not work.
    private static func api(
        _ cloud: CloudChoice, _ central: CentralPoint?, _ hooks: TestHooks, _ deadline: Deadline, _ logger: Logger
    ) async -> (endpoint: String?, problem: String?) {
        let limit = Deadline(after: min(deadline.remaining, .seconds(3)))
        guard central != nil || cloud.isMeant else { return (nil, nil) }
        let client: NeutronClient
        do {
            client = try await NetworkAccess.connect(
                cloud, central: central, api: hooks.api, until: limit, logger: logger
            ).api
        } catch {
            return (cloud.isMeant ? "the cloud's" : nil, HostError(error).message)
        }
        do {
            try await client.check(within: limit.remaining)
            await client.shutdown()
            return (client.endpoint, nil)
        } catch {
            await client.shutdown()
            return (client.endpoint, error.message)
        }
    }
}
