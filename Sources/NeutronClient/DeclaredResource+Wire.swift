import JSONCoding
package import NeutronAPI

extension NeutronResource where Self: DeclaredResource {
    /// Reads what the table of attributes names.
    package init(wire: WireObject) throws {
        self.init(
            id: try wire.required("id", { ID<Self>($0) }), standard: try wire.standardAttributes, reply: wire.members)
    }
}

extension AddressScope: NeutronResource {}
extension SecurityGroup: NeutronResource {}
extension SubnetPool: NeutronResource {}
