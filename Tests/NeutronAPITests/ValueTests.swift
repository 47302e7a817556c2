import Deadlines
import JSONCoding
import NetAddress
import Testing

@testable import NeutronAPI

@Suite struct ValueTests {
    @Test func `an identifier is written as it was read, in lower case`() {
        let text = "0123ABCD-4567-89ef-fedc-ba9876543210"
        #expect(ID<Port>(text)?.description == text.lowercased())
    }

    @Test(arguments: [
        "", "x", "0123abcd-4567-89ef-fedc-ba987654321", "0123abcd-4567-89ef-fedc-ba98765432100",
        "0123abcd45-67-89ef-fedc-ba9876543210", "0123abcd-4567-89ef-fedc-ba987654321g",
        "0123abcd_4567-89ef-fedc-ba9876543210",
    ])
    func `what is no identifier is refused`(_ text: String) {
        #expect(ID<Port>(text) == nil)
    }

    @Test func `random identifiers are of version 4`() {
        for _ in 0..<100 {
            let text = Array(ID<Port>.random().description)
            #expect(text[14] == "4")
            #expect("89ab".contains(text[19]))
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
        (4_102_444_800, "2100-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    ])
    func `a timestamp is what the calendar says`(_ seconds: Int64, _ text: String) {
        #expect(Timestamp(seconds: seconds).description == text)
        #expect(Timestamp(text) == Timestamp(seconds: seconds))
        #expect(Timestamp(text.dropLast()) == Timestamp(seconds: seconds))
    }

    @Test(arguments: [
        "", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01", "2023-1-1T0:0:0Z",
    ])
    func `what is no timestamp is refused`(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `booleans have many spellings`() throws {
        for text in ["1", "t", "True", " yes ", "ON", "y"] { #expect(try JSON.string(text).asBoolean()) }
        for text in ["0", "f", "FALSE", "no", "off", "n"] { #expect(try !JSON.string(text).asBoolean()) }
        #expect(try JSON.integer(1).asBoolean())
        for json: JSON in ["maybe", 2, nil, [:]] {
            #expect(throws: NeutronError.invalidInput("'\(json.shown)' cannot be converted to boolean")) {
                try json.asBoolean()
            }
        }
    }

    @Test(arguments: ["fa:16:3e:00:00:01", "FA-16-3E-00-00-01", "fa16.3e00.0001", "fa163e000001"])
    func `a MAC has several notations`(_ text: String) throws {
        #expect(try JSON.string(text).asMAC().description == "fa:16:3e:00:00:01")
    }

    @Test(arguments: [
        "", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "fa163e00000", "fa16-3e00-0001",
        "xx163e000001",
    ])
    func `what no interface can have as its MAC is refused`(_ text: String) {
        #expect(throws: Refusal("'\(text)' is not a valid MAC address")) { try JSON.string(text).asMAC() }
    }

    @Test func `values are shown as Python shows them`() {
        let json: JSON = ["a": [nil, true, "it's", .number(1.5)], "b": "x"]
        #expect(json.shown == #"{'a': [None, True, "it's", 1.5], 'b': 'x'}"#)
        #expect(JSON.string("plain").shown == "plain")
    }

    @Test func `a query is decoded and encoded`() {
        let query = QueryString("name=a+b&name=%C3%A9&empty=&flag&&x=1%2B1%zz")
        #expect(query["name"] == ["a b", "é"])
        #expect(query["empty"] == [""])
        #expect(query["flag"] == [""])
        #expect(query["x"] == ["1+1%zz"])
        #expect(QueryString([("a b", "é/&=")]).encoded == "a+b=%C3%A9%2F%26%3D")
        #expect(QueryString(query.encoded) == query)
    }
}
