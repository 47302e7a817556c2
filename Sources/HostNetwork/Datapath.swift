/// Which datapath carries a bridge's packets: the `datapath_type` column of ovs-vswitchd.conf.db(5).
package enum Datapath: String, Hashable, Sendable, CaseIterable {
    /// The kernel's openvswitch module. An empty column means this too.
    case system
    /// ovs-vswitchd itself, in user space.
    case netdev
}
