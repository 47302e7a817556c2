package import JSONCoding

/// What the API's main resources have in common; the server's routes and the client are written once against it.
package protocol Resource: Hashable, Sendable {
    associatedtype Create: CreateRequest
    associatedtype Update: Sendable

    /// `network`: the key of one in a body.
    static var memberName: String { get }
    /// `networks`: the key of many.
    static var collectionName: String { get }
    /// The path below `/v2.0`: by default the collection's name, with hyphens.
    static var path: String { get }
    /// Every attribute of the API, in the order in which they are written.
    static var attributes: AttributeTable<Self> { get }
    /// The 404 for an identifier, of which clients send any text.
    static func notFound(_ id: String) -> NeutronError

    var id: ID<Self> { get }
    var standard: StandardAttributes { get }

    /// Reads and validates the members of a request body. Nothing that needs stored data is checked here.
    static func create(from body: inout RequestReader) throws(NeutronError) -> Create
    static func update(from body: inout RequestReader) throws(NeutronError) -> Update

    /// Which of the resources a list's filters let pass.
    static func choose(among resources: [Self], _ query: ListQuery<Self>) -> [ID<Self>]
    /// Offers resources to a page.
    static func offer(_ resources: [Self], to page: inout ListPage<Self>)
    /// Elements of an array, each an object of the given attributes.
    static func write(_ resources: [Self], _ fields: [Attribute<Self>], to writer: inout JSONWriter)
    /// One resource as an object of the given attributes.
    static func write(
        _ resource: Self, _ fields: [Attribute<Self>], hiding hidden: Set<String>, to writer: inout JSONWriter)
}

/// What makes a resource.
package protocol CreateRequest: Sendable {
    /// The owner of what it makes, whose quota limits it.
    var projectID: String { get }
}

extension NetworkCreate: CreateRequest {}
extension SubnetCreate: CreateRequest {}
extension PortCreate: CreateRequest {}
extension TrunkCreate: CreateRequest {}

extension Resource {
    package static var path: String { collectionName.replacing("_", with: "-") }
}
