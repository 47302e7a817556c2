import JSONCoding
import NetAddress
import Testing

@testable import NeutronAPI

@Suite struct ListQueryTests {
    static let ports = [
        Sample.port(3, name: "c", tags: ["red"]), Sample.port(1, name: "a", tags: ["blue", "red"], device: "d"),
        Sample.port(5, name: "a"), Sample.port(2, name: "b", tags: ["blue"]), Sample.port(4, name: "c"),
    ]

    /// The numbers of the ports that a query finds, in order.
    static func find(_ text: String, marker: Int? = nil) throws -> [Int] {
        let query = try ListQuery<Port>(QueryString(text), pageSize: 1_000)
        var page = ListPage(query, after: marker.flatMap { number in ports.first { $0.id == Sample.id(number) } })
        // Some at a time, as the server does.
        for start in stride(from: 0, to: ports.count, by: 2) {
            Port.offer(Array(ports[start..<min(start + 2, ports.count)]), to: &page)
        }
        return page.finish().map { Int($0.low & 0xffff) }
    }

    @Test(arguments: [
        ("", [1, 2, 3, 4, 5]), ("name=a", [1, 5]), ("name=a&name=b", [1, 2, 5]), ("name=nobody", []),
        ("name=a&device_id=", [5]), ("admin_state_up=True", [1, 2, 3, 4, 5]), ("admin_state_up=no", []),
        ("tags=red", [1, 3]), ("tags=red,blue", [1]), ("tags-any=red,blue", [1, 2, 3]),
        ("not-tags=red,blue", [2, 3, 4, 5]),
        ("not-tags-any=red,blue", [4, 5]), ("fixed_ips=ip_address%3D10.0.0.2", [2]),
        ("fixed_ips=ip_address=10.0.0.2&fixed_ips=ip_address=10.0.0.4", [2, 4]),
        ("fixed_ips=ip_address=10.0.0.2&fixed_ips=subnet_id=11111111-1111-4111-8111-111111111111", []),
        ("fixed_ips=subnet_id=22222222-2222-4222-8222-222222222222", [1, 2, 3, 4, 5]),
        ("fixed_ips=ip_address_substr=0.3", [3]), ("mac_address=FA:16:3E:00:00:04", [4]),
        ("network_id=11111111-1111-4111-8111-111111111111", [1, 2, 3, 4, 5]), ("network_id=blue", []),
        ("id=\(Sample.id(3, Port.self))", [3]), ("status=ACTIVE&tenant_id=admin", [1, 2, 3, 4, 5]),
        ("revision_number=3&project_id=x", []),
        ("changed_since=1970-01-01T00:01:00Z", [1, 2, 3, 4, 5]), ("changed_since=1970-01-01T00:01:01Z", []),
        ("security_groups=x", []), ("fields=id&name=b", [2]),
    ])
    func `filters choose`(_ query: String, _ expected: [Int]) throws {
        #expect(try Self.find(query) == expected)
    }

    @Test(arguments: [
        ("sort_key=name&sort_dir=asc", [1, 5, 2, 3, 4]), ("sort_key=name&sort_dir=desc", [3, 4, 2, 1, 5]),
        ("sort_key=name&sort_dir=asc&sort_key=id&sort_dir=desc", [5, 1, 2, 4, 3]),
        ("sort_key=id&sort_dir=desc", [5, 4, 3, 2, 1]),
        ("sort_key=mac_address&sort_dir=asc", [1, 2, 3, 4, 5]),
    ])
    func `keys sort`(_ query: String, _ expected: [Int]) throws {
        #expect(try Self.find(query) == expected)
    }

    @Test(
        arguments: [
            ("limit=2", nil, [1, 2]), ("limit=2", 2, [3, 4]), ("limit=2", 4, [5]), ("limit=2", 5, []),
            ("limit=2&page_reverse=True", nil, [4, 5]), ("limit=2&page_reverse=true", 4, [2, 3]),
            ("limit=2&page_reverse=True", 1, []),
            ("limit=2&sort_key=name&sort_dir=asc", 5, [2, 3]), ("limit=2&name=a", 2, [5]),
            ("limit=0", 2, [3, 4, 5]), ("", 3, [4, 5]),
        ] as [(String, Int?, [Int])])
    func `pages follow each other`(_ query: String, _ marker: Int?, _ expected: [Int]) throws {
        #expect(try Self.find(query, marker: marker) == expected)
    }

    @Test(arguments: [
        ("colour=red&x=1", "['colour', 'x'] is invalid attribute for filtering"),
        ("sort_key=name", "The number of sort_keys and sort_dirs must be same"),
        ("sort_key=fixed_ips&sort_dir=asc", "['fixed_ips'] is invalid attribute for sort_keys"),
        ("sort_key=name&sort_dir=up", "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"),
        ("limit=-1", "Bad limit request: Limit must be an integer 0 or greater and not '-1'."),
        ("admin_state_up=x", "Invalid input for operation: 'x' cannot be converted to boolean."),
        ("fixed_ips=x", "Invalid input for operation: 'x' is not of the form <key>=[value]."),
        (
            "changed_since=x",
            "Invalid input for operation: The input changed_since must be in the following format: YYYY-MM-DDTHH:MM:SSZ."
        ),
    ])
    func `a wrong query is refused`(_ query: String, _ message: String) {
        let error = #expect(throws: NeutronError.self) { try Self.find(query) }
        #expect(error?.message == message)
    }

    @Test func `links lead to the next and the previous page`() throws {
        let links = { (text: String, numbers: [Int]) -> [String] in
            try ListQuery<Port>(QueryString(text), pageSize: 3).links(
                numbers.map { Sample.id($0, Port.self) }, path: "http://h/ports"
            )
            .map { "\($0.relation) \($0.href)" }
        }
        let id = { (number: Int) in Sample.id(number, Port.self).description }
        #expect(
            try links("limit=2&name=a+b", [1, 2]) == [
                "next http://h/ports?limit=2&name=a+b&marker=\(id(2))",
                "previous http://h/ports?limit=2&name=a+b&marker=\(id(1))&page_reverse=True",
            ])
        #expect(
            try links("limit=2&marker=\(id(4))", [5]) == [
                "previous http://h/ports?limit=2&marker=\(id(5))&page_reverse=True"
            ])
        #expect(try links("limit=2&page_reverse=True", [1]) == ["next http://h/ports?limit=2&marker=\(id(1))"])
        #expect(try links("", [1]) == [])
        // Neither asked for a page: one that is full leads on.
        #expect(
            try links("limit=0&name=a", [1, 2, 3]) == [
                "next http://h/ports?limit=0&name=a&marker=\(id(3))",
                "previous http://h/ports?limit=0&name=a&marker=\(id(1))&page_reverse=True",
            ])
        #expect(try links("marker=\(id(3))", [4]).count == 1)
    }

    @Test func `a list is written with its links`() throws {
        let query = try ListQuery<Port>(QueryString("fields=name&limit=2"), pageSize: 10)
        let (one, other) = (Sample.port(1, name: "a"), Sample.port(2, name: "b"))
        var writer = JSONWriter()
        writer.beginList(of: Port.self)
        writer.elements([one], query.fields)
        var bytes = writer.take()
        writer.elements([other], query.fields)
        writer.endList(of: Port.self, links: query.links([one.id, other.id], path: "http://h/p"))
        bytes += writer.take()
        let json = try JSON(parsing: bytes)
        #expect(json.object?["ports"] == [["name": "a"], ["name": "b"]])
        #expect(json.object?["ports_links"]?.array?.count == 2)
    }

    @Test(arguments: [0, 1, 10, 99])
    func `a page is at most as large as the largest`(_ limit: Int) throws {
        let query = try ListQuery<Port>(QueryString("limit=\(limit)"), pageSize: 10)
        #expect(query.limit == (limit == 0 ? 10 : min(limit, 10)))
    }

    @Test func `a page in any order is the same, however many are offered`() throws {
        let ports = (0..<5_000).map { Sample.port($0 + 1, name: "n\($0 * 7_919 % 5_000)") }
        let query = try ListQuery<Port>(QueryString("sort_key=name&sort_dir=desc&limit=3"), pageSize: 10)
        for (marker, expected) in [(nil, ["n999", "n998", "n997"]), ("n10", ["n1", "n0"])] as [(String?, [String])] {
            var page = ListPage(query, after: ports.first { $0.name == marker })
            Port.offer(ports, to: &page)
            let names = Dictionary(uniqueKeysWithValues: ports.map { ($0.id, $0.name) })
            let found = page.finish().compactMap { names[$0] }
            #expect(found == expected)
        }
    }

    @Test func `a query of too many parameters or keys is refused with the limit`() {
        let many = String(repeating: "a&", count: ListQuery<Port>.maximumParameters + 1)
        let keys = String(repeating: "sort_key=name&sort_dir=asc&", count: 17)
        for (text, limit) in [(many, "more than 1000 parameters"), (keys, "more than 16 sort_keys")] {
            let error = #expect(throws: NeutronError.self) {
                try ListQuery<Port>(QueryString(text), pageSize: 10)
            }
            #expect(error?.message.contains(limit) == true)
        }
    }

    @Test func `networks and subnets have filters of their own`() throws {
        let network = Network(
            id: Sample.networkID, name: "n", standard: Sample.standard(), subnets: [Sample.subnetID], mtu: 1_442,
            provider: .init(networkType: "geneve", segmentationID: 5))
        let matches = { (text: String) in try ListQuery<Network>(QueryString(text), pageSize: 10).matches(network) }
        #expect(try matches("mtu=1442&shared=false&router:external=False&provider:network_type=geneve"))
        #expect(try matches("provider:segmentation_id=5&subnets=\(Sample.subnetID)"))
        #expect(try !matches("router:external=True"))
        #expect(try !matches("provider:physical_network=x"))
        #expect(try matches("provider:physical_network="))
        let subnet = Subnet(
            id: Sample.subnetID, networkID: Sample.networkID, standard: Sample.standard(),
            cidr: IPPrefix("2001:db8::/64")!,
            gatewayIP: IPAddress("2001:db8::1"), allocationPools: [])
        let fits = { (text: String) in try ListQuery<Subnet>(QueryString(text), pageSize: 10).matches(subnet) }
        #expect(try fits("cidr=2001:DB8:0::/64&ip_version=6&gateway_ip=2001:db8:0::1&enable_dhcp=1"))
        #expect(try !fits("gateway_ip=10.0.0.1"))
        #expect(try !fits("dns_nameservers=1.1.1.1"))
    }

    @Test func `extensions are listed by alias, each once`() {
        let aliases = Extension.all.map(\.alias)
        #expect(aliases == Set(aliases).sorted())
        #expect(!aliases.contains("router"))
    }
}
