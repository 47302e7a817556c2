import Synchronization
import TestServers

/// Clients that stay for as long as this does.
final class Clients: Sendable {
    private let all = Mutex<[SocketClient]>([])
    func add(_ client: SocketClient) { all.withLock { $0.append(client) } }
}
