/// What the API's main resources have in common; the server's routes and the client are written once against it.
package protocol Resource: Hashable, Sendable {
    associatedtype Create: Sendable
    associatedtype Update: Sendable

    /// `network`: the key of one in a body.
    static var memberName: String { get }
    /// `networks`: the key of many, and the path.
    static var collectionName: String { get }
    /// Every attribute of the API, in the order in which they are written.
    static var attributes: AttributeTable<Self> { get }
    /// The 404 for an identifier, of which clients send any text.
    static func notFound(_ id: String) -> NeutronError

    var id: ID<Self> { get }
    var standard: StandardAttributes { get }
    static func resourceID(_ id: ID<Self>) -> ResourceID

    /// Reads and validates the members of a request body. Nothing that needs stored data is checked here.
    static func create(from body: inout RequestReader) throws(NeutronError) -> Create
    static func update(from body: inout RequestReader) throws(NeutronError) -> Update

    /// The resources of a page, in order.
    static func page(_ query: ListQuery<Self>, of resources: [Self], after marker: Self?) -> [Self]
    /// An array of resources, each an object of the given attributes.
    static func write(_ resources: [Self], _ fields: [Attribute<Self>], to writer: inout JSONWriter)
    /// One resource as an object of the given attributes.
    static func write(_ resource: Self, _ fields: [Attribute<Self>], to writer: inout JSONWriter)
}
