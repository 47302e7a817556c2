import Testing

@testable import Keystone

@Suite struct CatalogueTests {
    @Test func `an interface may be written as older files do`() {
        #expect(Catalogue.Interface("publicURL") == .public)
        #expect(Catalogue.Interface("everyone") == nil)
    }
}
