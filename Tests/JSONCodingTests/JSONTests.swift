import Foundation
import TestServers
import Testing

@testable import JSONCoding

private func parse(_ text: String) throws -> JSON { try JSON(parsing: text.utf8) }

@Suite struct JSONTests {
    @Test func `values of every kind are read`() throws {
        let text =
            #" {"a":[1,-0,-9223372036854775808,9223372036854775807,-2.5e3],"b":{"c":null,"d":true,"e":false, "g" : [ ]},"é":""} "#
        #expect(
            try parse(text) == [
                "a": [1, 0, .integer(.min), .integer(.max), .number(-2_500)],
                "b": ["c": nil, "d": true, "e": false, "g": []], "é": "",
            ])
    }

    @Test func `every truncation of a text is refused`() {
        let bytes = Array(
            #"{"a":[1,-2.5e3,true,false,null,"x\n\u00e9\ud83d\ude00"],"b":{"c":{}, "d" : [ ]},"é":""}"#.utf8)
        for count in bytes.indices {
            #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes[..<count]) }
        }
    }

    @Test func `an integer beyond 64 bits is a number`() throws {
        #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try parse("-9223372036854775809") == .number(-9_223_372_036_854_775_808))
    }

    @Test func `of two members with one name the last counts`() throws {
        #expect(try parse(#"{"a":1,"b":3,"a":2}"#) == ["a": 2, "b": 3])
    }

    @Test func `values are counted`() throws {
        let text = #"[1,{"a":[2]}]"#
        #expect(try JSON(parsing: text.utf8) == [1, ["a": [2]]])
        for limit in 0..<5 {
            let error = #expect(throws: JSONSyntaxError.self) {
                try Array(text.utf8).withUnsafeBytes { try JSON(parsing: $0, values: limit) }
            }
            #expect(error?.isLimit == true)
            #expect(error?.reason == "more than \(limit) values")
        }
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""é€😀""#, "é€😀"), ("\"\u{7f}é€😀\"", "\u{7f}é€😀"),
        (#""\u0000""#, "\0"), (#""a\u0062c""#, "abc"),
    ])
    func `strings are read with their escapes`(text: String, meaning: String) throws {
        #expect(try parse(text) == .string(meaning))
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "[1 2]", "1 2",
        "]", "[]]", "{\"a\" 1}",
        "tru", "nul", "truex", "01", "1.", ".5", "-", "1e", "1e+", "+1", "0x1", "NaN", "Infinity", "'a'",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test(arguments: [
        ("1e999", "out of range"),
        (#""\ud800""#, "lone surrogate"), (#""\ud800\u0041""#, "lone surrogate"), (#""\udc00""#, "lone surrogate"),
        (#""\ud800\ud800""#, "lone surrogate"), (#""\u00g0""#, "hexadecimal"), (#""\u00"#, "ends inside"),
        (#""\x""#, "unknown escape"), ("\"\u{1}\"", "control character"),
        ("[1] x", "after the end"),
    ])
    func `an error names its cause`(text: String, cause: String) throws {
        let error = try #require(throws: JSONSyntaxError.self) { try parse(text) }
        #expect(error.reason.contains(cause), "\(error.reason)")
    }

    @Test(
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5c, 0x6e, 0xed, 0xa0, 0x80, 0x22],
            Array("\"0123456789abcdef".utf8) + [0x80, 0x22],
        ] as [[UInt8]])
    func `invalid UTF-8 is refused`(bytes: [UInt8]) throws {
        let error = try #require(throws: JSONSyntaxError.self) { try JSON(parsing: bytes) }
        #expect(error.reason.contains("not UTF-8"))
    }

    @Test func `nesting is bounded`() throws {
        let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        _ = try parse(deep(JSONReader.maximumDepth))
        for count in [JSONReader.maximumDepth + 1, 1_000_000] {
            let error = try #require(throws: JSONSyntaxError.self) { try parse(deep(count)) }
            #expect(error.isLimit)
            #expect(error.reason == "deeper than 64 levels")
        }
    }

    @Test func `an integer may be written as a real, but not be one`() throws {
        func integer(_ text: String) throws -> Int64 {
            try Array(text.utf8).withUnsafeBytes {
                var reader = JSONReader($0)
                return try reader.readInteger()
            }
        }
        #expect(try integer("1e3") == 1000)
        #expect(try integer("5.0") == 5)
        #expect(throws: JSONSyntaxError.self) { try integer("5.5") }
        #expect(throws: JSONSyntaxError.self) { try integer("1e30") }
        for text in ["9223372036854775808", "-9223372036854775809", "99999999999999999999999999"] {
            let error = #expect(throws: JSONSyntaxError.self) { try integer(text) }
            #expect(error?.reason.contains("does not fit 64 bits") == true)
        }
    }

    @Test func `what is written is read back`() throws {
        var generator = Seeded(1)
        for _ in 0..<500 {
            let value = JSON.random(&generator, depth: 4)
            #expect(try parse(value.description) == value)
        }
    }

    @Test func `Foundation reads the same, and refuses the same`() throws {
        var generator = Seeded(2)
        for round in 0..<20_000 {
            var bytes = Array(JSON.random(&generator, depth: 3).description.utf8)
            if round % 2 == 1, !bytes.isEmpty {
                // One byte changed: mostly no JSON any more.
                bytes[Int.random(in: bytes.indices, using: &generator)] = Array("{}[]\",:\\u01e.-tfn ".utf8)
                    .randomElement(
                        using: &generator)!
            }
            let ours = try? JSON(parsing: bytes)
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let text = String(decoding: bytes, as: UTF8.self)
            // Foundation takes a comma before a closing bracket, which RFC 8259 does not have.
            let isLenient = text.contains(#/,\s*[\]}]/#)
            #expect((ours == nil) == (theirs == nil) || ours == nil && isLenient, "\(text)")
            if let ours, let theirs { #expect(ours.isSame(as: theirs), "\(text)") }
        }
    }

    @Test func `what is written is read by Foundation`() throws {
        let json: JSON = [
            "quote\"back\\slash": ["\u{00}\u{1f}\t\r\n", "é😀"], "numbers": [0, 7, 42, 999, 1_000, -5, .number(0.5)],
            "flags": [true, false, nil], "empty": [[:], []],
        ]
        let theirs = try JSONSerialization.jsonObject(with: Data(json.description.utf8))
        #expect(json.isSame(as: theirs))
        #expect(try parse(json.description) == json)
    }

    @Test func `separators come by themselves, and what is given literally has its own`() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("a\n")
            writer.array([1, 2]) { $0.value($1) }
            writer.name("b")
            writer.value("\u{1}" as String?)
            writer.name("c")
            writer.value(nil as String?)
        }
        #expect(String(decoding: writer.take(), as: UTF8.self) == #"{"a\n":[1,2],"b":"\u0001","c":null}"#)
        writer.raw("[")
        writer.value(["x": true] as JSON)
        writer.raw(",")
        writer.value(JSON.null)
        writer.raw("]")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"[{"x":true},null]"#)
    }
}

extension JSON {
    static func random(_ generator: inout Seeded, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &generator) {
        case 0: .null
        case 1: .boolean(.random(using: &generator))
        case 2: .integer(.random(in: -1000...1000, using: &generator))
        case 3: .number(Double(Int.random(in: -1000...1000, using: &generator)) / 8 + 0.0625)
        case 4: .string(randomText(&generator))
        case 5:
            .array((0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(&generator, depth: depth - 1) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
                        (randomText(&generator), random(&generator, depth: depth - 1))
                    }, uniquingKeysWith: { $1 }))
        }
    }

    private static func randomText(_ generator: inout Seeded) -> String {
        let letters = Array("abcdefgh\"\\/\n\t\u{1}é€😀 :,{}[]")
        return String(
            (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
                letters[.random(in: letters.indices, using: &generator)]
            })
    }

    /// Whether Foundation's tree says the same.
    func isSame(as other: Any) -> Bool {
        switch self {
        case .null: return other is NSNull
        case .boolean(let boolean): return other as? Bool == boolean
        case .integer(let integer): return (other as? NSNumber)?.int64Value == integer
        case .number(let real): return (other as? NSNumber)?.doubleValue == real
        case .string(let text): return (other as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let elements):
            guard let others = other as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { $0.isSame(as: $1) }
        case .object(let members):
            guard let others = other as? [String: Any], others.count == members.count else { return false }
            return members.allSatisfy { name, value in others[name].map { value.isSame(as: $0) } ?? false }
        }
    }
}
