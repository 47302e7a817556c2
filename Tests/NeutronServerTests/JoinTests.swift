import Certificates
import Deadlines
import HTTPTypes
import JSONCoding
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

@Suite(.timeLimit(.minutes(2)))
struct JoinTests {
    @Test func `a host joins, is itself, renews its certificate and leaves`() async throws {
        try await API.runWithHosts { api, authority, _ in
            let told = try await api(.get, "/hosts/v1/authority")
            #expect(told["authorities"]?.string == (try authority.certificate.pem))
            let token = try await api.invite(project: "a")
            let reply = try await TestHost(api, "h1").join(token)
            #expect(reply.status == 200)
            #expect(reply["southbound_port"] == 6643)
            #expect(reply["project"] == "a")
            #expect(reply["authorities"]?.string == (try authority.certificate.pem))

            let host = try await TestHost(api, "h2").joined(try await api.invite(), address: "192.0.2.2")
            let certificate = try #require(host.certificate)
            #expect(certificate.name?.text == "system-h2")
            #expect(certificate.isSigned(by: authority.certificate))
            #expect(certificate.publicKeyHash == host.key.publicKeyHash)
            let own = try await host(.get, "/hosts/v1/self")
            #expect(own.status == 200)
            #expect(own["system_id"] == "system-h2")
            #expect(own["host_name"] == "h2")
            #expect(own["project"] == "a")
            #expect(own["tunnel_address"] == "192.0.2.2")
            #expect(own["certificate_end"]?.string == certificate.end.description)

            let request = try host.key.request(for: try #require(CertificateName("system-h2")))
            let trusted = try authority.certificate.fingerprint.description
            let renewed = try await host(
                .post, "/hosts/v1/certificate",
                ["request": .string(request), "authorities": [.string(trusted)], "versions": ["ovn": "24.03"]])
            #expect(renewed.status == 200)
            let next = try IssuedCertificate(pem: try #require(renewed["certificate"]?.string))
            #expect(next.name?.text == "system-h2")
            #expect(next.publicKeyHash == host.key.publicKeyHash)
            let standing = try #require(api.store.hosts().first { $0.hostName == "h2" })
            #expect(standing.trusted == [trusted])
            #expect(api.store.snapshot().joinedHost(systemID: "system-h2")?.issuer == trusted)
            #expect(standing.versions == ["ovn": "24.03"])

            #expect(try await host(.delete, "/hosts/v1/self").status == 204)
            let after = try await host(.delete, "/hosts/v1/self")
            #expect(after.status == 401)
            #expect(after["NeutronError", "type"] == "HostUnknown")
            #expect(try await host(.get, "networks")["NeutronError", "type"] == "HostUnknown")
            #expect(api.store.hosts().map(\.hostName) == ["h1"])
        }
    }

    @Test func `without an authority there is nothing to join`() async throws {
        try await API.run { api in
            for (method, path) in [
                (.get, "authority"), (.post, "join"), (.post, "certificate"), (.get, "self"), (.delete, "self"),
            ] as [(HTTPRequest.Method, String)] {
                let reply = try await api(method, "/hosts/v1/\(path)")
                #expect(reply.status == 404)
            }
        }
    }

    @Test func `a replica without the authority's key says so, and uses nothing up`() async throws {
        try await API.runWithHosts(hasKey: false) { api, _, _ in
            let token = try await api.invite()
            let reply = try await TestHost(api, "h1").join(token)
            #expect(reply.status == 503)
            #expect(try await api.store.invitation(secretHash: token.secretHash).usesLeft == 1)
        }
    }

    @Test(
        arguments: [
            (["system_id": ""], "'system_id' is not 1 to 64 printable characters without blanks and commas"),
            (["system_id": "a,b"], "'system_id' is not 1 to 64 printable characters without blanks and commas"),
            (["system_id": 7], "'system_id' is not there, or is no text"),
            (["system_id": .string(String(repeating: "x", count: 65))], "'system_id' is not 1 to 64"),
            (["host_name": "a b"], "'host_name' is not 1 to 253 printable characters without blanks and commas"),
            (["host_name": "h\n"], "'host_name' is not 1 to 253 printable"),
            (["tunnel_address": "127.0.0.1"], "'tunnel_address' is not an address that other hosts can send to"),
            (["tunnel_address": "224.0.0.1"], "'tunnel_address' is not an address that other hosts can send to"),
            (["tunnel_address": "h1"], "'tunnel_address' is not an address that other hosts can send to"),
            (["request": "-----BEGIN"], "'request': the signing request is not PKCS #10 in PEM"),
            (["request": .null], "'request' is not there, or is no text"),
            (["versions": ["ovs": 3]], "'versions' is not an object of texts"),
            (["versions": []], "'versions' is not an object"),
        ] as [([String: JSON], String)])
    func `a wrong request to join is refused, and uses nothing up`(_ wrong: [String: JSON], _ message: String)
        async throws
    {
        try await API.runWithHosts { api, _, _ in
            let token = try await api.invite()
            let body = try TestHost(api, "h1").body(token).merging(wrong) { $1 }
            let reply = try await api(.post, "/hosts/v1/join", .object(body))
            #expect(reply.status == 400)
            #expect(reply["NeutronError", "message"]?.string?.contains(message) == true, "\(reply.text)")
            #expect(try await api.store.invitation(secretHash: token.secretHash).usesLeft == 1)
        }
    }

    @Test func `a body is bounded and an object`() async throws {
        try await API.runWithHosts { api, _, _ in
            let large = "{\"secret\": \"\(String(repeating: "a", count: 20_000))\"}"
            let many = "{\"a\": [\(Array(repeating: "1", count: 200).joined(separator: ","))]}"
            for (text, status) in [(large, 413), (many, 400), ("", 400), ("[]", 400), ("{", 400)] {
                let reply = try await api(.post, "/hosts/v1/join", text: text)
                #expect(reply.status == status)
            }
        }
    }

    @Test func `nobody joins in plain text`() async throws {
        try await API.runWithHosts { api, _, _ in
            let token = try await api.invite()
            let reply = try await Peer.$current.withValue(Peer(isPlainText: true)) {
                try await TestHost(api, "h1").join(token)
            }
            #expect(reply.status == 400)
            #expect(try await TestHost(api, "h1").join(token).status == 200)
        }
    }

    @Test func `a token is refused with the reason, and an unknown one with none`() async throws {
        try await API.runWithHosts { api, _, _ in
            func refusal(_ reply: API.Reply) -> String? {
                #expect(reply.status == 401)
                return reply.error
            }
            let unknown = JoinToken(
                address: "192.0.2.1:9696",
                authority: try Authority(making: SigningKey(), at: .now).certificate.fingerprint)
            #expect(
                refusal(try await TestHost(api, "h1").join(unknown))
                    == "JoinRefused: Central knows no such token: it may be of another central, or older than a week. "
                    + "Run 'ovn-ipam invite' there again.")
            var malformed = try TestHost(api, "h1").body(unknown)
            malformed["secret"] = "00"
            #expect(
                refusal(try await api(.post, "/hosts/v1/join", .object(malformed)))?.contains("no such token") == true)

            let ended = try await api.invite(seconds: -1)
            #expect(
                refusal(try await TestHost(api, "h1").join(ended))?.hasPrefix("JoinRefused: The token ended at ")
                    == true)
            let other = try await api.invite(host: "h9")
            #expect(
                refusal(try await TestHost(api, "h1").join(other))
                    == "JoinRefused: The token is for host h9, and this is host h1 (system id system-h1).")
            _ = try await TestHost(api, "h9").joined(other)
            #expect(
                refusal(try await TestHost(api, "h9", systemID: "system-9").join(other))
                    == "JoinRefused: The token has been used up (by system-h9): "
                    + "run 'ovn-ipam invite' on the central machine again.")
            #expect(
                try await TestHost(api, "x", systemID: "h1").join(
                    try await api.invite(host: "h1"), address: "192.0.2.9"
                ).status == 200)
        }
    }

    @Test func `a host repeats its joining with the same key, with no other, and not after it was removed`()
        async throws
    {
        try await API.runWithHosts { api, _, _ in
            let token = try await api.invite()
            let host = try await TestHost(api, "h1").joined(token)
            let again = try await host.join(token, address: "192.0.2.77")
            #expect(again.status == 200)
            #expect(try await host(.get, "/hosts/v1/self")["tunnel_address"] == "192.0.2.77")
            let row = try await api.server.control(
                "ovn-nbctl", "--bare", "--columns=_uuid", "find", "DHCP_Options",
                "external_ids:\"neutron:kind\"=invitation")
            try await api.server.control(
                "ovn-nbctl", "set", "DHCP_Options", String(row.filter { !$0.isWhitespace }),
                "external_ids:\"neutron:end\"=\"2020-01-01T00:00:00Z\"")
            while Timestamp.now < (try await api.store.invitation(secretHash: token.secretHash)).end {
                await Task.yield()
            }
            #expect(try await host.join(token).status == 200)
            #expect(try await TestHost(api, "h1").join(token)["NeutronError", "type"] == "JoinRefused")
            // A new token does not let another key pass for it.
            let thief = try await TestHost(api, "h1").join(try await api.invite())
            #expect(thief.status == 409)
            #expect(
                thief.error?.hasPrefix(
                    "HostExists: Host h1 (system id system-h1) cannot join: the system id system-h1 is that of host "
                        + "h1 (system id system-h1), which has another key. ") == true)
            _ = try await api.store.removeHost("h1", isForced: false)
            #expect(try await host.join(token)["NeutronError", "type"] == "JoinRefused")
            #expect(try await TestHost(api, "h1").join(try await api.invite()).status == 200)
        }
    }

    @Test func `a host is told when its ovn-controller has registered it, where that is known`() async throws {
        try await API.runWithHosts(withSouthbound: true) { api, _, south in
            let host = try await TestHost(api, "h1").joined(try await api.invite(), address: "192.0.2.1")
            #expect(try await host(.get, "/hosts/v1/self")["chassis"] == .boolean(false))
            try await south?.control("ovn-sbctl", "chassis-add", "system-h1", "geneve", "192.0.2.1")
            while try await host(.get, "/hosts/v1/self")["chassis"] != .boolean(true) { await Task.yield() }
        }
        try await API.runWithHosts { api, _, _ in
            let host = try await TestHost(api, "h1").joined(try await api.invite(), address: "192.0.2.1")
            #expect(try await host(.get, "/hosts/v1/self")["chassis"] == nil)
        }
    }

    @Test func `what another host is known by is refused, and both are named`() async throws {
        try await API.runWithHosts(withSouthbound: true) { api, _, south in
            let south = try #require(south)
            try await south.control("ovn-sbctl", "chassis-add", "old-id", "geneve", "192.0.2.66")
            try await south.control("ovn-sbctl", "set", "Chassis", "old-id", "hostname=old")
            while !api.store.snapshot().isHostKnown("old") { await Task.yield() }
            _ = try await TestHost(api, "h1").joined(try await api.invite(), address: "192.0.2.1")
            for (host, address, what, other) in [
                (TestHost(api, "new", systemID: "system-h1"), "192.0.2.5", "the system id system-h1", "h1"),
                (TestHost(api, "h1", systemID: "new"), "192.0.2.5", "the host name h1", "h1"),
                // Ports can be bound by either kind of name.
                (TestHost(api, "system-h1", systemID: "new"), "192.0.2.5", "the host name system-h1", "h1"),
                (TestHost(api, "new", systemID: "h1"), "192.0.2.5", "the system id h1", "h1"),
                (TestHost(api, "new"), "192.0.2.1", "the tunnel address 192.0.2.1", "h1"),
                (TestHost(api, "new"), "192.0.2.66", "the tunnel address 192.0.2.66", "old (system id old-id)"),
                (TestHost(api, "new", systemID: "old-id"), "192.0.2.5", "the system id old-id", "old"),
                (TestHost(api, "old", systemID: "new"), "192.0.2.5", "the host name old", "old"),
            ] {
                let token = try await api.invite()
                let reply = try await host.join(token, address: address)
                #expect(reply.status == 409, "\(what): \(reply.text)")
                let message = reply["NeutronError", "message"]?.string ?? ""
                #expect(
                    message.hasPrefix(
                        "Host \(host.name) (system id \(host.systemID)) cannot join: \(what) is that of host \(other)"),
                    "\(message)")
                #expect(message.contains("ovn-ipam host remove"))
                #expect(try await api.store.invitation(secretHash: token.secretHash).usesLeft == 1)
            }
            // A host that was made by hand joins as what it is.
            let known = TestHost(api, "old", systemID: "old-id")
            #expect(try await known.join(try await api.invite(), address: "192.0.2.66").status == 200)
        }
    }

    @Test func `wrong secrets are slowed down, right ones are not`() async throws {
        try await API.runWithHosts { api, _, _ in
            let token = try await api.invite()
            let fingerprint = try Authority(making: SigningKey(), at: .now).certificate.fingerprint
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        try await TestHost(api, "x").join(JoinToken(address: "192.0.2.1:9696", authority: fingerprint))
                            .status
                    }
                }
                #expect(try await TestHost(api, "h1").join(token).status == 200)
                let statuses = try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                #expect(Set(statuses.keys).isSubset(of: [401, 429]))
                #expect(statuses[401, default: 0] >= WrongSecrets.places.own)
            }
        }
    }

    @Test func `a certificate of another key, or of nobody, is no right`() async throws {
        try await API.runWithHosts { api, authority, _ in
            let host = try await TestHost(api, "h1").joined(try await api.invite())
            let stranger = SigningKey()
            for (name, key) in [("system-h1", stranger), ("nobody", host.key)] {
                let common = try #require(CertificateName(name))
                var other = TestHost(api, "h1", key: key)
                other.certificate = try authority.certifyHost(
                    try HostRequest(pem: try key.request(for: common)), name: common, at: .now, lifetime: .seconds(60))
                for path in ["networks", "/hosts/v1/self"] {
                    let reply = try await other(.get, path)
                    #expect(reply.status == 401)
                    #expect(reply["NeutronError", "type"] == "HostUnknown")
                }
            }
            // Nor does a token beside it help.
            #expect(try await api(.get, "/hosts/v1/self").status == 401)
            let renewal = try await host(
                .post, "/hosts/v1/certificate",
                ["request": .string(try stranger.request(for: try #require(CertificateName("system-h1"))))])
            #expect(renewal.status == 400)
        }
    }

    @Test func `records of hosts are in no list of the API`() async throws {
        try await API.runWithHosts { api, _, _ in
            _ = try await TestHost(api, "h1").joined(try await api.invite())
            for path in ["subnets", "address-scopes", "subnetpools", "rbac-policies"] {
                #expect(try await api.as("root").list(path) == [])
            }
        }
    }
}
