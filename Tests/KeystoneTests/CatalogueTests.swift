import Testing

@testable import Keystone

@Suite struct CatalogueTests {
    private let catalogue = Catalogue([
        .init(serviceType: "identity", interface: .public, region: "one", url: "http://k:5000/v3"),
        .init(serviceType: "network", interface: .internal, region: "one", url: "http://in:9696"),
        .init(serviceType: "network", interface: .public, region: "one", url: "http://out:9696/"),
        .init(serviceType: "network", interface: .public, region: "two", url: "http://two:9696"),
    ])

    @Test func `an interface may have its older name`() {
        #expect(Catalogue.Interface("publicURL") == .public && Catalogue.Interface("internal") == .internal)
        #expect(Catalogue.Interface("everyone") == nil)
    }

    @Test func `an endpoint is found by region and interface`() throws {
        #expect(try catalogue.url(of: "network") == "http://out:9696")
        #expect(try catalogue.url(of: "network", region: "two") == "http://two:9696")
        #expect(try catalogue.url(of: "network", interface: .internal) == "http://in:9696")
    }

    @Test func `a missing endpoint is reported with the existing ones`() {
        func message(_ body: () throws -> Void) -> String {
            #expect(throws: KeystoneError.self) { try body() }?.message ?? ""
        }
        #expect(
            message { _ = try catalogue.url(of: "compute") }.contains("no compute service: it has identity, network"))
        let admin = message { _ = try catalogue.url(of: "network", region: "two", interface: .admin) }
        #expect(admin.contains("no admin network endpoint in region \"two\": it has internal in region \"one\""))
        #expect(message { _ = try Catalogue([]).url(of: "network") }.contains("it is empty, is a project given?"))
    }
}
