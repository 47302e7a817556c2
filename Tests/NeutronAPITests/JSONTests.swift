import Foundation
import Testing

@testable import NeutronAPI

@Suite struct JSONTests {
    static let document = #"{"a":[1,-2.5e3,true,false,null,"x\n\u00e9\ud83d\ude00"],"b":{"c":{}, "d" : [ ]},"é":""}"#

    @Test func `a document is read`() throws {
        let json = try JSON(parsing: Self.document.utf8)
        #expect(
            json == [
                "a": [1, .number(-2_500), true, false, nil, "x\né😀"], "b": ["c": [:], "d": []], "é": "",
            ])
    }

    @Test func `every truncation of a document is refused`() {
        let bytes = Array(Self.document.utf8)
        for count in bytes.indices {
            #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes[..<count]) }
        }
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "01", "1.", ".5", "+1", "1e", "-", "nul",
        "tru",
        "\"\u{01}\"", "\"\\x\"", "\"\\u12g4\"", #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "1 2", "[]]", "1e999",
        "NaN", "'a'",
    ])
    func `what is not JSON is refused`(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text.utf8) }
    }

    @Test func `invalid UTF-8 is refused`() {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0xff, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0xc0, 0x80, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0x5c, 0x6e, 0xed, 0xa0, 0x80, 0x22]) }
    }

    @Test func `depth is bounded`() throws {
        let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSON(parsing: deep(JSON.maximumDepth).utf8)
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: deep(JSON.maximumDepth + 1).utf8) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: deep(1_000_000).utf8) }
    }

    @Test func `integers are exact to their limits and numbers beyond`() throws {
        #expect(try JSON(parsing: "9223372036854775807".utf8) == .integer(.max))
        #expect(try JSON(parsing: "-9223372036854775808".utf8) == .integer(.min))
        #expect(try JSON(parsing: "9223372036854775808".utf8) == .number(9_223_372_036_854_775_808))
        #expect(try JSON(parsing: "-0".utf8) == .integer(0))
    }

    @Test func `of two members with one name the last counts`() throws {
        #expect(try JSON(parsing: #"{"a":1,"a":2}"#.utf8) == ["a": 2])
    }

    @Test func `what is written is read back, by us and by Foundation`() throws {
        let json: JSON = [
            "quote\"back\\slash": ["\u{00}\u{1f}\t\r\n", "é😀"], "numbers": [0, 7, 42, 999, 1_000, -5, .number(0.5)],
            "flags": [true, false, nil], "empty": [[:], []],
        ]
        var writer = JSONWriter()
        writer.value(json)
        #expect(try JSON(parsing: writer.bytes) == json)
        let foundation = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String: Any]
        #expect(foundation?["quote\"back\\slash"] as? [String] == ["\u{00}\u{1f}\t\r\n", "é😀"])
        #expect(foundation?["numbers"] as? [Double] == [0, 7, 42, 999, 1_000, -5, 0.5])
    }

    @Test func `random texts are read as Foundation reads them`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\u0019eE+-. truefalsn"#.utf8)
        for _ in 0..<20_000 {
            var bytes = Array(Self.document.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = alphabet.randomElement(using: &generator)!
            }
            let ours = try? JSON(parsing: bytes)
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect((ours == nil) == (theirs == nil), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
