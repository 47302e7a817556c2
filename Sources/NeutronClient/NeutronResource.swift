package import JSONCoding
package import NeutronAPI

/// A kind of resource that the client can read.
package protocol NeutronResource: Resource {
    /// Reads one from a reply.
    init(wire: WireObject) throws
}

/// A request to create a resource.
package protocol NeutronCreate: Sendable {
    associatedtype Resource: NeutronResource
    /// The members of the request; attributes at their defaults are left out, so that no extension is needed for them.
    var wire: [String: JSON] { get }
    /// The name it will have, for messages.
    var name: String { get }
}

/// A request to change a resource.
package protocol NeutronUpdate: Sendable {
    associatedtype Resource: NeutronResource
    var wire: [String: JSON] { get }
}
