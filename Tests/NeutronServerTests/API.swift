import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSONCoding
import Logging
import NIOCore
import NetworkStore
import NeutronAPI
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NeutronServer

/// The application on a store on a private ovsdb-server, called without a socket.
struct API: Sendable {
    let client: any TestClientProtocol
    let server: OVSDBServer
    let store: NetworkStore

    struct Reply: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String
        let json: JSON

        /// `type: message` of an error.
        var error: String? {
            guard let error = json.object?["NeutronError"]?.object else { return nil }
            return "\(error["type"]?.string ?? ""): \(error["message"]?.string ?? "")"
        }

        /// A member of the reply, of the resource in it, or of the list in it.
        subscript(_ path: String...) -> JSON? {
            path.reduce(json as JSON?) { json, name in
                Int(name).map { index in
                    json?.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                } ?? json?.object?[name]
            }
        }
    }

    /// Runs `body` with the API on an empty Northbound database.
    static func run(
        authentication: Authentication = .none, limits: Limits = Limits(),
        _ body: @Sendable (API) async throws -> Void
    ) async throws {
        try await withOVSDBServer(schema: .northbound) { database in
            try await run(on: database, authentication: authentication, limits: limits, body)
        }
    }

    /// The same on existing databases.
    static func run(
        on northbound: OVSDBServer, _ southbound: OVSDBServer? = nil, authentication: Authentication = .none,
        limits: Limits = Limits(), storing: NetworkStoreConfiguration = NetworkStoreConfiguration(),
        hosts: HostAdmission? = nil,
        _ body: @Sendable (API) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        func client(_ server: OVSDBServer, _ database: String, _ tables: [MonitoredTable]) -> OVSDBClient {
            OVSDBClient(
                configuration: OVSDBConfiguration(
                    remotes: [.unix(path: server.socket)], database: database, tables: tables), logger: logger)
        }
        let north = client(northbound, "OVN_Northbound", NetworkStore.northboundTables)
        let south = southbound.map { client($0, "OVN_Southbound", NetworkStore.southboundTables) }
        let store = NetworkStore(northbound: north, southbound: south, configuration: storing, logger: logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await north.run() }
            if let south { group.addTask { try await south.run() } }
            var configuration = NeutronServer.Configuration()
            configuration.authentication = authentication
            configuration.limits = limits
            configuration.hosts = hosts
            let server = NeutronServer(store: store, configuration: configuration, logger: logger)
            try await server.application().test(.router) {
                try await body(API(client: $0, server: northbound, store: store))
            }
            group.cancelAll()
        }
    }

    func callAsFunction(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, text: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        var writer = JSONWriter()
        if let body { writer.value(body) }
        let bytes = text.map { Array($0.utf8) } ?? writer.bytes
        return try await client.execute(
            uri: path, method: method, headers: headers, body: bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        ) { response in
            let text = String(buffer: response.body)
            let isPlain = text.isEmpty || response.headers[.contentType]?.hasPrefix("text/plain") == true
            return Reply(
                status: response.status.code, headers: response.headers, text: text,
                json: isPlain ? .null : try JSON(parsing: text.utf8))
        }
    }

    /// Creates a resource and returns its members.
    func make(_ member: String, _ body: JSON) async throws -> [String: JSON] {
        let reply = try await self(.post, "/v2.0/\(member)s", .object([member: body]))
        try #require(reply.status == 201, "\(reply.text)")
        return try #require(reply[member]?.object)
    }

    /// The identifier of a new network with one IPv4 subnet.
    func network(_ name: String = "blue", cidr: String? = "10.0.0.0/24") async throws -> JSON {
        let id = try #require(try await make("network", ["name": .string(name)])["id"])
        if let cidr {
            _ = try await make("subnet", ["network_id": id, "ip_version": 4, "cidr": .string(cidr)])
        }
        return id
    }
}

extension JSON {
    var text: String { string ?? "?" }
}
