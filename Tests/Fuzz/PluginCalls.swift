// Rooms: CYAML DockerPlugin
// Libraries: Algorithms AsyncAlgorithms AsyncHTTPClient Atomics BitCollections CAsyncHTTPClient CCryptoBoringSSL CCryptoBoringSSLShims CLinux CNIOAtomics CNIOBoringSSL CNIOBoringSSLShims CNIODarwin CNIOExtrasZlib CNIOFreeBSD CNIOLLHTTP CNIOLinux CNIOOpenBSD CNIOPosix CNIOWASI CNIOWindows CSystem CXKCP CXKCPShims Certificates Collections ConcurrencyHelpers Configuration ContainerFirewall ContainerResolver ContainersPreview CoreMetrics Crypto CryptoBoringWrapper CryptoExtras DNSMessages Deadlines DequeModule Discretion DockerEngine DockerNetworks HTTPServing HTTPTransport HashTreeCollections HeapModule HostAttachment HostDiagnosis HostEndpoints HostMembership HostNetwork HostSetup Instrumentation InternalCollectionsUtilities JSONCoding Keystone Logging NICBridging NIO NIOConcurrencyHelpers NIOCore NIOEmbedded NIOHPACK NIOHTTP1 NIOHTTP2 NIOHTTPCompression NIOPosix NIOSOCKS NIOSSL NIOTLS NameDirectory NetAddress Netlink NetworkContainers NeutronAPI NeutronClient OVNModel OVSDB OVSDBClient OrderedCollections RealModule Release ServiceContextModule ServiceContextModuleCompatibility ServiceLifecycle SwiftASN1 SystemPackage Tracing UnixSignals X509 YAML _AtomicsShims _CertificateInternals _CryptoExtras _NIOBase64 _NIODataStructures _NumericsShims _RopeModule
// Links: :libyaml.a z

import DockerPlugin
import Foundation
import HostSetup
import JSONCoding
import Logging
import NeutronAPI

/// Whatever body a call has, whoever makes it: it is answered with what the engine understands, or refused in words, and each time alike.
///
/// The first byte says which call it is. There is no host behind the plugin: a call that is understood is refused by that.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPluginCalls(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    let method = methods[Int(data[0]) % methods.count]
    let body = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    let (first, second) = (answer(method, body), answer(method, body))
    precondition(first == second, "\(method) is answered differently the second time")
    guard first.status != 200 else { return 0 }
    guard case .string(let reason) = first.body.object?["Err"], case .string(let same) = first.body.object?["Error"]
    else {
        preconditionFailure("\(method) is refused without a reason")
    }
    precondition(
        !reason.isEmpty && reason == same && reason.utf8.count < 8 * 1024, "the reason has \(reason.utf8.count) bytes")
    precondition([400, 404, 500].contains(first.status), "status \(first.status)")
    return 0
}

private let methods =
    [
        "Activate", "GetCapabilities", "CreateNetwork", "DeleteNetwork", "CreateEndpoint", "EndpointOperInfo",
        "DeleteEndpoint", "Join", "Leave", "ProgramExternalConnectivity", "RevokeExternalConnectivity", "DiscoverNew",
        "AllocateNetwork", "Unheard",
    ].map { ($0 == "Activate" ? "Plugin." : "NetworkDriver.") + $0 }
    + ["GetDefaultAddressSpaces", "RequestPool", "ReleasePool", "RequestAddress", "ReleaseAddress"].map {
        "IpamDriver." + $0
    }

/// A plugin of a host on which nothing has been set up.
private let plugin = DockerPlugin(
    hosts: { _ in throw HostError(.refused, "there is no host") }, upkeep: UpkeepSignal(),
    logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })

/// libFuzzer asks one after another, on a thread of its own.
private func answer(_ method: String, _ body: [UInt8]) -> PluginReply {
    let done = DispatchSemaphore(value: 0)
    let reply = Reply()
    Task.detached {
        reply.value = await plugin.answer(method, body)
        done.signal()
    }
    done.wait()
    guard let value = reply.value else { preconditionFailure("the semaphore was signalled without a reply") }
    return value
}

/// Written before the semaphore is signalled, read after.
private final class Reply: @unchecked Sendable { var value: PluginReply? }
