import Testing

@testable import YAML

@Suite struct YAMLTests {
    private func parse(_ text: String) throws -> YAMLNode {
        try #require(try YAMLNode.parse(text.utf8))
    }

    @Test(arguments: ["", "# nothing\n", "\n\n", "\u{feff}"])
    func `an empty file is nil`(text: String) throws {
        #expect(try YAMLNode.parse(text.utf8) == nil)
    }

    @Test func `a tree is read with its positions`() throws {
        let root = try parse("clouds:\n  a:\n    auth: {username: u, password: \"p: #1\"}\n    list: [x, 'y']\n")
        let cloud = try #require(root["clouds"]?["a"])
        #expect(cloud["auth"]?["password"]?.text == "p: #1")
        #expect(cloud["list"]?.sequence?.compactMap(\.text) == ["x", "y"])
        #expect(cloud["auth"]?.line == 3 && cloud["auth"]?.column == 11)
        #expect(cloud["none"] == nil && root["clouds"]?.text == nil)
    }

    @Test func `JSON is YAML too`() throws {
        let root = try parse(#"{"clouds": {"a": {"verify": false, "n": null, "s": "\u00e9\n"}}}"#)
        let cloud = try #require(root["clouds"]?["a"])
        #expect(cloud["verify"]?.boolean == false && cloud["n"]?.isNull == true && cloud["s"]?.text == "é\n")
    }

    @Test func `only unquoted words are booleans or null`() throws {
        let root = try parse("a: yes\nb: 'yes'\nc: ~\nd: '~'\ne: !!str true\nf:\n")
        #expect(root["a"]?.boolean == true && root["b"]?.boolean == nil && root["e"]?.boolean == nil)
        #expect(root["c"]?.isNull == true && root["d"]?.isNull == false && root["f"]?.isNull == true)
    }

    @Test func `aliases and merge keys are resolved, and a mapping's own keys take precedence`() throws {
        let root = try parse(
            "base: &b {region: one, user: u}\nother: &o {user: v, more: m}\n"
                + "a: *b\nc: {<<: *b, region: two}\nd: {<<: [*b, *o]}\ne: {\"<<\": x}\n")
        #expect(root["a"]?["user"]?.text == "u")
        #expect(root["c"]?["region"]?.text == "two" && root["c"]?["user"]?.text == "u")
        #expect(root["d"]?["user"]?.text == "u" && root["d"]?["more"]?.text == "m")
        #expect(root["e"]?["<<"]?.text == "x")
    }

    @Test func `merging goes into mappings and replaces all else`() throws {
        let old = try parse("clouds: {a: {auth: {user: u, password: x}, list: [1]}, b: {}}")
        let new = old.merging(try parse("clouds: {a: {auth: {password: y}, list: [2, 3]}, c: 1}"))
        let cloud = try #require(new["clouds"]?["a"])
        #expect(cloud["auth"]?["user"]?.text == "u" && cloud["auth"]?["password"]?.text == "y")
        #expect(cloud["list"]?.sequence?.count == 2 && new["clouds"]?["c"]?.text == "1")
    }

    @Test(arguments: [
        ("a: [", "in line 2, column 1"), ("a: b: c", "in line 1, column 5"),
        ("- a\nb", "could not find expected ':' in line"),
        ("a: 1\nb: 2\na: 3", "a is given twice in line 3, column 1"), ("{? [a] : b}", "a key is not a scalar"),
        ("a: *x", "anchor &x is not defined before in line 1, column 4"),
        ("a: &x [*x]", "anchor &x is not defined before"),
        ("--- a\n--- b", "a second document begins in line 2, column 1"), ("a: !ruby/object:X {}", "tag !ruby"),
        ("<<: a", "<< merges mappings only"), ("a: \t\"", "in line 1"), ("a: \u{1}", "control characters"),
        (String(repeating: "[", count: 65) + String(repeating: "]", count: 65), "more than 64 levels deep"),
    ])
    func `an error has its position`(text: String, message: String) {
        let error = #expect(throws: YAMLError.self) { try YAMLNode.parse(text.utf8) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func `invalid UTF-8 is refused`() {
        #expect(throws: YAMLError.self) { try YAMLNode.parse([0x61, 0x3a, 0x20, 0xff, 0xc0]) }
    }

    @Test func `a file beyond the size limit is refused`() {
        let text = String(repeating: "#", count: YAMLNode.maximumLength + 1)
        #expect(throws: YAMLError.self) { try YAMLNode.parse(text.utf8) }
    }

    @Test func `expansion of nested aliases is limited`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let uses = (1...10).map { _ in "*a\(level - 1)" }.joined(separator: ", ")
            text += "a\(level): &a\(level) [\(uses)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAMLNode.parse(text.utf8) }
        #expect(error?.reason.contains("more than 100000 values") == true)
    }

    @Test func `an alias counts with its depth`() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(throws: Never.self) { try YAMLNode.parse("a: &a \(deep)\nb: *a".utf8) }
        let error = #expect(throws: YAMLError.self) {
            try YAMLNode.parse("a: &a \(deep)\nb: \(deep.replacing("[]", with: "[*a]"))".utf8)
        }
        #expect(error?.reason.contains("levels deep") == true)
    }

    @Test func `every truncation of a file is parsed or refused`() throws {
        let text =
            "base: &b {region: \"o\\u00e9\", 'user': u}\nclouds:\n  a: {<<: *b}\n  b: |\n    text\n  c: [1, ~, !!str x]\n"
        let bytes = Array(text.utf8)
        for count in 0...bytes.count {
            do { _ = try YAMLNode.parse(bytes[..<count]) } catch { #expect(!error.reason.isEmpty) }
        }
    }
}
