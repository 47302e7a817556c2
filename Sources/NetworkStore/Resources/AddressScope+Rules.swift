package import NeutronAPI

extension AddressScope: Record, Sharable {
    package static var objectType: RBACPolicy.ObjectType { .addressScope }

    package static func apply(
        from old: AddressScope?, to new: inout AddressScope?, _ given: Given<AddressScope>, in draft: inout Draft
    ) throws {
        if let old, old.shared, let new, !new.shared {
            throw NeutronError.badRequest(
                resource: "update_address_scope", "Shared address scope can't be unshared")
        }
    }
}
