import Foundation
import Testing

@testable import OVSDB

private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

@Suite struct JSONTests {
    @Test func `values of every kind are read`() throws {
        let text =
            #" {"a":[1,-0,-9223372036854775808,9223372036854775807,2.5,1e3],"b":{"c":null,"d":true,"e":false},"f":""} "#
        #expect(
            try parse(text)
                == .object([
                    .init(
                        "a",
                        .array([.integer(1), .integer(0), .integer(.min), .integer(.max), .real(2.5), .real(1000)])),
                    .init("b", .object([.init("c", .null), .init("d", .boolean(true)), .init("e", .boolean(false))])),
                    .init("f", .string("")),
                ]))
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
        "]",
        "tru", "nul", "truex", "01", "1.", ".5", "-", "1e", "1e+", "+1", "0x1", "NaN", "Infinity", "'a'",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: OVSDBError.self) { try parse(text) }
    }

    @Test(arguments: [
        ("9223372036854775808", "does not fit 64 bits"), ("-9223372036854775809", "does not fit 64 bits"),
        ("99999999999999999999999999", "does not fit 64 bits"), ("1e999", "out of range"),
        (#""\ud800""#, "lone surrogate"), (#""\ud800\u0041""#, "lone surrogate"), (#""\udc00""#, "lone surrogate"),
        (#""\ud800\ud800""#, "lone surrogate"), (#""\u00g0""#, "hexadecimal"), (#""\u00"#, "ends inside"),
        (#""\x""#, "unknown escape"), ("\"\u{1}\"", "control character"), (#"{"a":1,"b":2,"a":3}"#, "'a' twice"),
        ("[1] x", "after the end"),
    ])
    func `an error names its cause`(text: String, cause: String) throws {
        let error = try #require(throws: OVSDBError.self) { try parse(text) }
        #expect(error.code == .malformed)
        #expect(error.message.contains(cause), "\(error.message)")
    }

    @Test(
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], Array("\"0123456789abcdef".utf8) + [0x80, 0x22],
        ] as [[UInt8]])
    func `invalid UTF-8 is refused`(bytes: [UInt8]) throws {
        let error = try #require(throws: OVSDBError.self) { try JSONValue(parsing: bytes) }
        #expect(error.message.contains("not UTF-8"))
    }

    @Test func `nesting is bounded`() throws {
        let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        _ = try parse(deep(JSONReader.maximumDepth + 1))
        for count in [JSONReader.maximumDepth + 2, 100_000] {
            let error = try #require(throws: OVSDBError.self) { try parse(deep(count)) }
            #expect(error.message.contains("deep"))
        }
    }

    @Test func `an integer may be written as a real, but not be one`() throws {
        func integer(_ text: String) throws -> Int64 {
            try Array(text.utf8).withUnsafeBytes {
                var reader = JSONReader($0, strings: StringInterner())
                return try reader.readInteger()
            }
        }
        #expect(try integer("1e3") == 1000)
        #expect(try integer("5.0") == 5)
        #expect(throws: OVSDBError.self) { try integer("5.5") }
        #expect(throws: OVSDBError.self) { try integer("1e30") }
    }

    @Test func `what is written is read back`() throws {
        var generator = Seeded(1)
        for _ in 0..<500 {
            let value = JSONValue.random(&generator, depth: 4)
            #expect(try parse(value.description) == value)
        }
    }

    @Test func `Foundation reads the same, and refuses the same`() throws {
        var generator = Seeded(2)
        for round in 0..<2000 {
            var bytes = Array(JSONValue.random(&generator, depth: 3).description.utf8)
            if round % 2 == 1, !bytes.isEmpty {
                // One byte changed: mostly no JSON any more.
                bytes[Int.random(in: bytes.indices, using: &generator)] = Array("{}[]\",:\\u01e.-tfn ".utf8)
                    .randomElement(
                        using: &generator)!
            }
            let ours = try? JSONValue(parsing: bytes)
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let text = String(decoding: bytes, as: UTF8.self)
            if let ours {
                let theirs = try #require(theirs, "Foundation refuses \(text)")
                #expect(ours.isSame(as: theirs), "\(text)")
            } else if theirs != nil {
                // Stricter on purpose: a member twice, an integer beyond 64 bits.
                let error = #expect(throws: OVSDBError.self) { try JSONValue(parsing: bytes) }
                let isOnPurpose = ["twice", "does not fit", "out of range"].contains {
                    error?.message.contains($0) == true
                }
                #expect(isOnPurpose, "only Foundation takes \(text)")
            }
        }
    }
}

/// The same numbers in every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

extension JSONValue {
    static func random(_ generator: inout Seeded, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &generator) {
        case 0: .null
        case 1: .boolean(.random(using: &generator))
        case 2: .integer(.random(in: -1000...1000, using: &generator))
        case 3: .real(Double(Int.random(in: -1000...1000, using: &generator)) / 8 + 0.0625)
        case 4: .string(randomText(&generator))
        case 5:
            .array((0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(&generator, depth: depth - 1) })
        default:
            .object(
                Set((0..<Int.random(in: 0..<5, using: &generator)).map { _ in randomText(&generator) }).sorted()
                    .map { Member($0, random(&generator, depth: depth - 1)) })
        }
    }

    private static func randomText(_ generator: inout Seeded) -> String {
        let letters = Array("abcdefgh\"\\/\n\t\u{1}é€😀 :,{}[]")
        return String(
            (0..<Int.random(in: 0..<40, using: &generator))
                .map { _ in letters[.random(in: letters.indices, using: &generator)] })
    }

    /// Whether Foundation's tree says the same.
    func isSame(as other: Any) -> Bool {
        switch self {
        case .null: return other is NSNull
        case .boolean(let boolean): return other as? Bool == boolean
        case .integer(let integer): return (other as? NSNumber)?.int64Value == integer
        case .real(let real): return (other as? NSNumber)?.doubleValue == real
        case .string(let text): return (other as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let elements):
            guard let others = other as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { $0.isSame(as: $1) }
        case .object(let members):
            guard let others = other as? [String: Any], others.count == members.count else { return false }
            return members.allSatisfy { member in others[member.name].map { member.value.isSame(as: $0) } ?? false }
        }
    }
}
