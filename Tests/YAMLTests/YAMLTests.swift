import Testing

@testable import YAML

@Suite struct YAMLTests {
    @Test func `an empty file is nothing`() throws {
        #expect(try YAMLNode.parse("# nothing\n".utf8) == nil)
    }
}
