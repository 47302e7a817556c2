// Refusals about trunks and their ports.

extension NeutronError {
    package static func trunkNotFound(_ id: String) -> Self {
        Self(status: 404, type: "TrunkNotFound", message: "Trunk \(id) could not be found.")
    }

    package static func trunkNotFound(_ id: ID<Trunk>) -> Self { trunkNotFound(id.description) }

    /// 404: the trunk does not carry the port.
    package static func subportNotFound(_ port: ID<Port>, trunk: ID<Trunk>) -> Self {
        Self(
            status: 404, type: "SubPortNotFound",
            message: "SubPort \(port) on trunk \(trunk) could not be found.")
    }

    /// 409: a trunk carries the port already.
    package static func trunkPortInUse(_ port: ID<Port>) -> Self {
        Self(status: 409, type: "TrunkPortInUse", message: "Port \(port) is in use by another trunk.")
    }

    /// 409: the port is the parent of a trunk already, or is to be its own subport.
    package static func parentPortInUse(_ port: ID<Port>) -> Self {
        Self(
            status: 409, type: "ParentPortInUse",
            message: "Port \(port) is currently in use and is not eligible for use as a parent port.")
    }

    /// 409: another port has the tag on the trunk…
    package static func duplicateSubport(tag: Int, trunk: ID<Trunk>) -> Self {
        Self(
            status: 409, type: "DuplicateSubPort",
            message: "segmentation_type vlan and segmentation_id \(tag) already in use on trunk \(trunk).")
    }

    /// 409. …or on a parent without one. Neutron lets it happen: OVN then delivers to one of the two.
    package static func duplicateTag(_ tag: Int, parent: ID<Port>) -> Self {
        Self(
            status: 409, type: "DuplicateSubPort",
            message: "segmentation_type vlan and segmentation_id \(tag) already in use on port \(parent).")
    }

    /// 409: all 4094 tags of a parent are taken.
    package static func noFreeTag(parent: ID<Port>) -> Self {
        Self(
            status: 409, type: "NoFreeTag",
            message: "All \(VLAN.tags.count) segmentation identifiers are already in use on port \(parent).")
    }

    /// 409: packets of the subport's network would not fit through the parent.
    package static func subportMTUGreaterThanTrunkPortMTU(
        _ port: ID<Port>, mtu: Int, parent: ID<Port>, parentMTU: Int
    ) -> Self {
        Self(
            status: 409, type: "SubPortMtuGreaterThanTrunkPortMtu",
            message: "MTU \(mtu) of subport \(port) cannot be greater than MTU \(parentMTU) of trunk \(parent).")
    }

    package static func portInUseAsTrunkParent(_ port: ID<Port>, trunk: ID<Trunk>) -> Self {
        Self(
            status: 409, type: "PortInUseAsTrunkParent",
            message: "Port \(port) is currently a parent port for trunk \(trunk).")
    }

    package static func portInUseAsSubPort(_ port: ID<Port>, trunk: ID<Trunk>) -> Self {
        Self(
            status: 409, type: "PortInUseAsSubPort", message: "Port \(port) is currently a subport for trunk \(trunk).")
    }

    /// 409: a trunk whose `admin_state_up` is false stays as it is.
    package static func trunkDisabled(_ id: ID<Trunk>) -> Self {
        Self(status: 409, type: "TrunkDisabled", message: "Trunk \(id) is currently disabled.")
    }
}
