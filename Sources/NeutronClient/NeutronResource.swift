package import NeutronAPI

/// A kind of resource that the client can ask for.
package protocol NeutronResource: Sendable, Identifiable where ID == NeutronAPI.ID<Self> {
    /// The word for one of them, in bodies and messages: `network`.
    static var kind: String { get }
    /// The word for many, in paths and bodies: `networks`.
    static var collection: String { get }

    /// Reads one from a reply.
    init(wire: WireObject) throws
}

/// What a new resource is made from.
package protocol NeutronCreate: Sendable {
    associatedtype Resource: NeutronResource
    /// The members of the request; attributes at their defaults are left out, so that no extension is needed for them.
    var wire: [String: JSON] { get }
    /// The name it will have, for messages.
    var name: String { get }
}

/// What shall change in a resource.
package protocol NeutronUpdate: Sendable {
    associatedtype Resource: NeutronResource
    var wire: [String: JSON] { get }
}
