import HTTPTypes
import JSONCoding
import NeutronAPI
import Testing

@testable import NeutronServer

/// The extensions `dns-integration` and `dns-domain-ports`.
@Suite struct NameTests {
    @Test func `a port has the name it was given, and its addresses have names`() async throws {
        try await API.run { api in
            for alias in ["dns-integration", "dns-domain-ports"] {
                #expect(try await api(.get, "/v2.0/extensions/\(alias)").status == 200)
            }
            let network = try #require(
                try await api(.post, "/v2.0/networks", ["network": ["name": "n", "dns_domain": "Blue.test."]])[
                    "network", "id"])
            #expect(
                try await api(.get, "/v2.0/networks/\(network.text)?fields=dns_domain").json == [
                    "network": ["dns_domain": "blue.test."]
                ])
            _ = try await api(
                .post, "/v2.0/subnets",
                ["subnet": ["network_id": network, "ip_version": 4, "cidr": "10.0.0.0/24"]])
            let port = try await api(
                .post, "/v2.0/ports",
                [
                    "port": [
                        "network_id": network, "dns_name": "Web", "dns_domain": "red.test.",
                        "fixed_ips": [["ip_address": "10.0.0.5"]],
                    ]
                ])
            #expect(port.status == 201)
            let id = try #require(port["port", "id"]?.text)
            #expect(port["port", "dns_name"] == "web" && port["port", "dns_domain"] == "red.test.")
            #expect(
                port["port", "dns_assignment"] == [
                    ["ip_address": "10.0.0.5", "hostname": "web", "fqdn": "web.openstacklocal."]
                ])
            #expect(
                try await api(.get, "/v2.0/ports?dns_name=web&fields=dns_name").json == ["ports": [["dns_name": "web"]]]
            )
            #expect(try await api(.get, "/v2.0/ports?dns_name=db").json == ["ports": []])
            let changed = try await api(.put, "/v2.0/ports/\(id)", ["port": ["dns_name": "", "dns_domain": ""]])
            #expect(changed["port", "dns_name"] == "" && changed["port", "dns_domain"] == "")
            #expect(
                changed["port", "dns_assignment"] == [
                    [
                        "ip_address": "10.0.0.5", "hostname": "host-10-0-0-5",
                        "fqdn": "host-10-0-0-5.openstacklocal.",
                    ]
                ])
            let refused = try await api(.put, "/v2.0/ports/\(id)", ["port": ["dns_name": "web.example.org."]])
            #expect(refused.status == 400)
            #expect(refused.error?.contains("The dns_name passed is a FQDN.") == true)
            #expect(
                try await api(.put, "/v2.0/ports/\(id)", ["port": ["dns_assignment": []]]).error
                    == "HTTPBadRequest: Cannot update read-only attribute dns_assignment")
        }
    }
}
