import Testing

@testable import DockerNetworks

/// Names of a port, and the tags that keep them.
@Suite struct PortNamesTests {
    static let long = Array(repeating: String(repeating: "long-label", count: 6), count: 4).joined(separator: ".")

    static func coded(_ names: [String], beside: [String] = []) -> [String] {
        PortNames(names).tags(beside: beside).all
    }

    @Test func `short names are readable tags`() {
        #expect(
            Self.coded(["web", "front", "2b31f0c2a75c", "a.b_c"])
                == ["dns:2b31f0c2a75c", "dns:a.b_c", "dns:front", "dns:web"])
        #expect(Self.coded([]) == [])
    }

    @Test(arguments: [
        ["web"], ["Web", "shop.example", "2b31f0c2a75c"], [long, "web"], ["a/b", "a,b", "a:b", "100%", "a%2fb", "x=y"],
        [String(repeating: "x", count: 56)], [String(repeating: "x", count: 57)], [String(repeating: "/", count: 19)],
        [String(repeating: "/", count: 63)], [long, String(long.dropLast()), long.uppercased() + "x"],
        (0..<64).map { "name\($0)" },
    ])
    func `names become tags that any Neutron takes, and come back in whatever order the tags are`(names: [String]) {
        let tags = PortNames(names).tags(beside: [])
        #expect(tags.omitted == [] && tags.all.count <= PortNames.tagCount && Set(tags.all).count == tags.all.count)
        for tag in tags.all {
            #expect(tag.utf8.count <= 60 && !tag.contains("/") && !tag.contains(",") && tag.hasPrefix("dns:"), "\(tag)")
        }
        for order in [tags.all, tags.all.reversed(), tags.all.shuffled()] {
            #expect(Set(PortNames(tags: order).names) == Set(names), "\(order)")
        }
    }

    @Test func `the container's own name is the first, in whatever case`() {
        let tags = Self.coded(["web", "api", "Zoo"])
        #expect(PortNames(tags: tags, first: "zoo").names == ["Zoo", "api", "web"])
        #expect(PortNames(tags: tags, first: "other").names == ["api", "web", "Zoo"])
    }

    @Test func `what cannot be asked is left out, and it is said why`() {
        let label = String(repeating: "x", count: 64)
        let names = PortNames([
            "web", "", "a..b", ".a", "a.", label, Array(repeating: "ab", count: 85).joined(separator: "."), "a b",
            "bücher", "a\u{7}", #"a"b"#, "a@b", "WEB",
        ])
        #expect(names.names == ["web"])
        #expect(
            names.omitted.map(\.reason) == [
                "it has an empty label", "it has an empty label", "it has an empty label", "it has an empty label",
                "it has a label of more than 63 octets", "it is longer than 253 octets",
                "it has characters that cannot be asked", "it has characters that cannot be asked",
                "it has characters that cannot be asked", "it has characters that cannot be asked",
                "it has characters that cannot be asked",
            ])
    }

    @Test func `a port has at most 64 names and 50 tags, others' among them`() {
        let many = PortNames((0..<70).map { "name\($0)" })
        #expect(many.names.count == 64 && many.omitted.map(\.name) == (64..<70).map { "name\($0)" })

        let others = (0..<48).map { "mine\($0)" }
        let tight = PortNames(["web", Self.long, "api", "db"]).tags(beside: others + ["dns:old"])
        #expect(tight.all == (["dns:api db", "dns:web"] + others).sorted())
        #expect(tight.omitted.map(\.name) == [Self.long])
        let full = (0..<51).map { "mine\($0)" }
        #expect(Self.coded(["web"], beside: full) == full.sorted())
    }

    @Test func `others' tags stay, the plugin's that are not true any more go`() {
        #expect(Self.coded(["web"], beside: ["mine", "dns:old", "dns:a:b", "DNS:x"]) == ["DNS:x", "dns:web", "mine"])
        #expect(PortNames.others(["mine", "dns:web", "dns"]) == ["mine", "dns"])
    }

    @Test(arguments: [
        "dns:", "dns: ", "dns:a b%", "dns:%zz", "dns:%2", "dns:a:b", "dns:a:1:1:b", "dns::::", "dns:..", "dns:-:1:1:",
        "dns:0123456789abcdef:1:1:web", "dns:0123456789abcdef:0:1:web", "dns:0123456789abcdef:1:99999999999999999999:w",
        "dns:0123456789abcdef:-1:-1:web", "dns:a/b", "dns:%00", "dns:%ff%fe", "dns:bücher", "web", "dns",
    ])
    func `a tag that is none of ours says nothing`(tag: String) {
        let names = PortNames(tags: [tag, "dns:web"]).names
        #expect(names == ["web"] || (tag == "dns:a b%" && names == ["a", "web"]), "\(names)")
    }

    @Test func `of a name that lacks a part, or has one twice, nothing is left`() {
        let tags = Self.coded([Self.long])
        #expect(tags.count > 1)
        for index in tags.indices {
            var some = tags
            some.remove(at: index)
            #expect(PortNames(tags: some).names == [])
            #expect(PortNames(tags: tags + [tags[index] + "x"]).names == [])
            #expect(PortNames(tags: some + [tags[index] + "x"]).names == [])
        }
        #expect(PortNames(tags: tags + ["dns:\(String(repeating: "0", count: 16)):1:2:x"]).names == [Self.long])
    }
}
