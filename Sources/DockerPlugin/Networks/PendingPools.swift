import DockerNetworks
import HostSetup
import NetAddress
import NeutronAPI

/// The pools that the engine has asked for, until it says which networks they are for. Lost with the process: then the engine's second
/// half is refused.
actor PendingPools {
    private struct Entry {
        var pool: PendingPool
        /// Whether a network of this host has it: then it is most likely asked for because the engine was started again.
        var isBound: Bool
        /// Grows with each question.
        var order: Int
    }

    private var entries: [PoolID: Entry] = [:]
    private var questions = 0
    /// What subnet pools did not give after all, as where others have it whom nobody here sees.
    private var refused: Set<IPPrefix> = []

    /// - Throws: where the engine asks again for what was chosen for it: since version 27 it does so, without end, while the answer
    ///   overlaps a route of the host.
    func add(_ pool: PendingPool, isBound: Bool = false) throws(HostError) {
        if pool.isChosen, entries[pool.id]?.pool.isChosen == true {
            throw HostError(
                .refused,
                "subnet \(pool.id.cidr) overlaps with a route of this host, or the command before was cut short: "
                    + "give --subnet \(pool.id.cidr)")
        }
        questions += 1
        entries[pool.id] = Entry(pool: pool, isBound: isBound, order: questions)
    }

    /// Notes how the gateway was found that the engine is told for a pool.
    func note(_ gateway: PendingPool.Gateway, of id: PoolID) { entries[id]?.pool.gateway = gateway }

    /// A network has it now.
    func settle(_ id: PoolID) {
        entries[id]?.pool.isChosen = false
        entries[id]?.isBound = true
    }

    func remove(_ id: PoolID) { entries[id] = nil }

    /// What is not to be chosen of a subnet pool: the choices that no network has yet, and what was refused.
    var unwanted: Set<IPPrefix> {
        refused.union(entries.values.filter { $0.pool.isChosen && !$0.isBound }.map(\.pool.id.cidr))
    }

    /// A subnet pool did not give it.
    func refuse(_ cidr: IPPrefix) {
        if refused.count >= 256 { refused = [] }
        refused.insert(cidr)
    }

    /// All that was refused may be tried again.
    func forgetRefused() { refused = [] }

    /// The pool that a network which is being made was asked for with: this subnet, and `network` where -o names one.
    ///
    /// Those that no network has yet come first. Where none is left it is a second network with the same pool.
    func choose(_ cidr: IPPrefix, for network: Reference?) throws(HostError) -> PendingPool {
        let all = entries.values.filter { $0.pool.id.cidr == cidr }.sorted { $0.order > $1.order }
        let fresh = all.filter { !$0.isBound }
        let candidates = (fresh.isEmpty ? all : fresh).map(\.pool)
        guard let latest = candidates.first else {
            throw HostError(
                .refused, "the plugin was started again while the network was being made: repeat the command")
        }
        if let network {
            let match =
                candidates.first { $0.id.network?.text == network.text } ?? candidates.first { $0.id.network == nil }
            if let match { return match }
        }
        guard candidates.count == 1 || network == nil && fresh.isEmpty else {
            throw HostError(
                .refused,
                "networks with the subnet \(cidr) are being made at once: say with -o net=NAME which this one is")
        }
        return latest
    }
}

/// What `docker network create` has asked for in its first half, until its second half comes.
struct PendingPool: Hashable, Sendable {
    let id: PoolID
    /// `--ip-range`: where addresses are given from.
    var range: IPPrefix?
    /// `--ipam-opt neutron.subnet.…`
    var subnet: Reference?
    /// The subnet pool that the subnet comes from.
    var subnetPool: Reference?
    /// Whether the subnet was chosen here.
    var isChosen = false
    /// The network whose subnet was chosen without its being named.
    var guess: ID<Network>?
    /// What is known of the gateway that the engine was told.
    var gateway = Gateway.usual

    enum Gateway: Hashable, Sendable {
        /// Nobody said which: it is what it usually is, or that of the network which was named.
        case usual
        /// `--gateway` said which.
        case given
        /// Nobody said which, nor which network is meant: it is that of these networks, which have the same subnet.
        case guessed(Set<ID<Network>>)
    }
}
