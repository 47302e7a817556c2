/// The service catalogue of a token.
package struct Catalogue: Hashable, Sendable {
    /// The clients that an endpoint is for.
    package enum Interface: String, CaseIterable, Hashable, Sendable {
        case `public`, `internal`, admin

        /// `public` or, in older files, `publicURL`.
        package init?(_ text: String) {
            self.init(rawValue: text.hasSuffix("URL") ? String(text.dropLast(3)) : text)
        }
    }

    package struct Endpoint: Hashable, Sendable {
        /// `network`, `identity`, …
        package let serviceType: String
        package let interface: Interface
        /// Empty if it belongs to none.
        package let region: String
        package let url: String

        package init(serviceType: String, interface: Interface, region: String, url: String) {
            self.serviceType = serviceType
            self.interface = interface
            self.region = region
            self.url = url
        }
    }

    /// In the order of the reply.
    package let endpoints: [Endpoint]

    package init(_ endpoints: [Endpoint]) { self.endpoints = endpoints }

    /// The URL of a service, without a slash at the end. Without `region`, the first one that has such an endpoint.
    ///
    /// - Throws: `noEndpoint`, listing what there is instead.
    package func url(
        of serviceType: String, region: String? = nil, interface: Interface = .public
    ) throws(KeystoneError) -> String {
        let offered = endpoints.filter { $0.serviceType == serviceType }
        guard !offered.isEmpty else {
            let types = Set(endpoints.map(\.serviceType)).sorted().joined(separator: ", ")
            throw KeystoneError(
                .noEndpoint,
                "keystone's catalogue has no \(serviceType) service: "
                    + (types.isEmpty ? "it is empty, is a project given?" : "it has \(types)"))
        }
        guard let found = offered.first(where: { $0.interface == interface && (region ?? $0.region) == $0.region })
        else {
            let others = offered.map { "\($0.interface.rawValue) in region \"\($0.region)\"" }.joined(separator: ", ")
            throw KeystoneError(
                .noEndpoint,
                "keystone's catalogue has no \(interface.rawValue) \(serviceType) endpoint"
                    + (region.map { " in region \"\($0)\"" } ?? "") + ": it has \(others)")
        }
        return found.url.hasSuffix("/") ? String(found.url.dropLast()) : found.url
    }
}
