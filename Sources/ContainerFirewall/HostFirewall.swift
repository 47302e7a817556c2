import HostNetwork
package import HostSetup
import OVNModel
package import OVSDB

/// Keeps our table of the kernel's packet filter what this host's settings say.
package struct HostFirewall: Sendable {
    /// How the table is, compared with what it should be.
    package enum State: Equatable, Sendable {
        /// As it should be.
        case installed(dropped: Int64)
        /// Somebody else sees to it, by the settings, and there is no table of ours.
        case off
        /// This host has no part in logical networks, and there is no table.
        case unneeded
        /// Nothing of it is there where it should be.
        case missing
        /// In words, what is different.
        case altered([String])
        /// It is there where it should not be.
        case left
        /// Why that is not known.
        case unknown(HostError)
    }

    private let filter: PacketFilter

    package init(_ hooks: TestHooks = TestHooks()) {
        filter = PacketFilter(in: hooks.filteredNamespace ?? hooks.namespace, program: hooks.nft)
    }

    /// What keeps a host from being protected, before anything is changed.
    package func check(_ replica: Replica) throws {
        guard !filter.isInstalled, let row = replica[OpenVSwitch.Configuration.self].only, !FirewallPolicy.isOff(row)
        else { return }
        throw HostError(.refused, "\(Self.noProgram.message); nothing changed")
    }

    /// How the table is, by this host's settings in Open vSwitch's database. Changes nothing.
    package func state(_ replica: Replica) async -> State {
        let policy = FirewallPolicy(replica)
        let listing: [UInt8]?
        do {
            listing = try await filter.list(table: FirewallTable.name)
        } catch {
            // Without the program and without a need for it there is nothing that could be wrong.
            return policy == nil && error == .noProgram ? Self.unwanted(replica) : .unknown(Self.error(error))
        }
        return switch (policy, listing) {
        case (nil, nil): Self.unwanted(replica)
        case (nil, .some): .left
        case (.some, nil): .missing
        case (.some(let policy), .some(let listing)): Self.compare(listing, with: FirewallTable(policy))
        }
    }

    /// What is there and not understood is not ours either. nft 1.0.6 writes no JSON of a table with flags.
    private static func compare(_ listing: [UInt8], with wanted: FirewallTable) -> State {
        do {
            let found = try FirewallTable(listing: listing)
            let differences = wanted.differences(in: found)
            return differences.isEmpty ? .installed(dropped: found.dropped) : .altered(differences)
        } catch {
            return .altered([error.message])
        }
    }

    private static func unwanted(_ replica: Replica) -> State {
        replica[OpenVSwitch.Configuration.self].only.map(FirewallPolicy.isOff) == true ? .off : .unneeded
    }

    /// Makes the table what it should be, or removes it. What is right stays untouched, with its counters.
    /// - Returns: how it was.
    @discardableResult
    package func ensure(_ replica: Replica) async throws(HostError) -> State {
        let state = await state(replica)
        switch state {
        case .installed, .off, .unneeded: break
        case .left: try await apply(FirewallTable.removalCommands)
        case .missing, .altered:
            guard let policy = FirewallPolicy(replica) else { break }
            try await apply(FirewallTable(policy).commands)
        case .unknown(let error): throw error
        }
        return state
    }

    private func apply(_ commands: [UInt8]) async throws(HostError) {
        do { try await filter.apply(commands) } catch { throw Self.error(error) }
    }

    private static let noProgram = HostError(
        .refused,
        "there is no nft, which keeps containers from tunnels and OVN's databases: install Debian's package nftables")

    private static func error(_ failure: PacketFilter.Failure) -> HostError {
        switch failure {
        case .noProgram: noProgram
        case .refused(let reason): HostError(.refused, "table inet \(FirewallTable.name): nft says: \(reason)")
        }
    }
}
