package import NeutronAPI

/// How a resource that follows from others is found in a snapshot.
package protocol StoredDerivedResource: DerivedResource {
    /// Those among which a query searches; its filters are not yet applied.
    static func all(_ query: ListQuery<Self>, in snapshot: Snapshot) -> [Self]
    static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self?
}
