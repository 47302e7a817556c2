import EmbeddedOVN
import Glibc
import NIOCore
import NetworkStore
import NeutronServer
import ServiceLifecycle

/// The API on one listener.
struct APIService: Service {
    let server: NeutronServer
    /// The setting that `address` is from.
    let setting: Setting
    let address: ListenAddress
    /// Nil: plain HTTP.
    let tls: ServerTLS?
    /// Told the URL when connections are accepted.
    let onRunning: @Sendable (_ url: String) -> Void

    func run() async throws {
        let (address, scheme, onRunning) = (address, tls == nil ? "http" : "https", onRunning)
        let application = server.application(
            on: .init(host: address.host, port: Int(address.port), tls: tls)
        ) { port in
            onRunning("\(scheme)://\(ListenAddress(host: address.host, port: UInt16(port)))/")
        }
        do {
            try await application.run()
        } catch let error as IOError {
            throw CommandFailure(
                "\(setting.rawValue): cannot serve on \(address): \(String(cString: strerror(error.errnoCode)))")
        }
    }
}

/// The API on all its listeners, which stop together: they share what refuses new connections then.
struct APIServices: Service {
    let listeners: [APIService]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for listener in listeners { group.addTask { try await listener.run() } }
            try await group.waitForAll()
        }
    }
}
