import HostEndpoints
import ServiceLifecycle

/// The keeper of network containers, as a service.
struct KeeperService: Service {
    let keeper: NetworkContainerKeeper

    func run() async throws {
        await cancelWhenGracefulShutdown { await keeper.run() }
    }
}
