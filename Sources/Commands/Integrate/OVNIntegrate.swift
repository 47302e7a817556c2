package import ArgumentParser
import Release

/// `ovn-integrate`: makes a host part of the logical networks.
package struct OVNIntegrate: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ovn-integrate",
        abstract: "Prepare this host for logical networks of OVN.",
        discussion: """
            join TOKEN does all of it, with a token of 'ovn-ipam invite'. With a central that is open it is, in this order: \
            create-integration-bridge, set-ipam, set-tep, then start ovn-controller; status says what is still \
            missing. Settings are kept in Open vSwitch's database, where ovn-controller reads \
            them. Every command may be repeated.

            Exit codes: 0 done, 1 refused, 2 usage, 4 the central point cannot be reached.
            """,
        version: version,
        subcommands: [
            JoinNetworks.self, CreateIntegrationBridge.self, SetIPAM.self, SetTunnelEndpoint.self,
            SetEncapsulation.self,
            LeaveNetworks.self, RenewCertificate.self,
            NICsToBridge.self, NICsFromBridge.self, RestoreNICs.self, ShowStatus.self,
        ])

    package init() {}
}
