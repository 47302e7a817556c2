package import NeutronAPI

extension TokenKey: Record {
    package static func apply(
        from old: TokenKey?, to new: inout TokenKey?, _ given: Given<TokenKey>, in draft: inout Draft
    ) throws {
        // Of two replicas that make the same one exactly one does.
        if old == nil, let new { draft.waitForAbsence(of: numberKey, String(new.number)) }
    }
}

extension RevokedToken: Record {
    package static func apply(
        from old: RevokedToken?, to new: inout RevokedToken?, _ given: Given<RevokedToken>, in draft: inout Draft
    ) throws {}
}
