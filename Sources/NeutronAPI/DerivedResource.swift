/// Why nobody makes or changes a resource.
package struct NoRequest: CreateRequest {
    package var projectID: String { "" }
}

/// A resource that follows from others: it is listed and shown, but not made.
package protocol DerivedResource: Resource where Create == NoRequest, Update == NoRequest {}

extension DerivedResource {
    package var standard: StandardAttributes { .none }

    package static func create(from body: inout RequestReader) throws(NeutronError) -> NoRequest { throw .pathNotFound }
    package static func update(from body: inout RequestReader) throws(NeutronError) -> NoRequest { throw .pathNotFound }
}
