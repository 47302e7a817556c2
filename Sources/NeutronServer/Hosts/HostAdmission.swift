package import Certificates

/// What lets hosts join: the authorities, and what hosts are told. Replicas without it have no `/hosts/v1`.
package struct HostAdmission: Sendable {
    /// The authority that certifies, at this moment; nil where this replica does not have its key.
    package var authority: @Sendable () -> Authority?
    /// Those that hosts shall trust: the one that certifies, and one that follows or preceded it.
    package var authorities: @Sendable () -> [IssuedCertificate]
    /// Of hosts' certificates.
    package var lifetime: Duration
    /// Where hosts find the Southbound database on the machine where they joined.
    package var southboundPort: Int

    package init(
        authority: @escaping @Sendable () -> Authority?, authorities: @escaping @Sendable () -> [IssuedCertificate],
        lifetime: Duration = .seconds(7 * 86_400), southboundPort: Int = 6_642
    ) {
        self.authority = authority
        self.authorities = authorities
        self.lifetime = lifetime
        self.southboundPort = southboundPort
    }
}
