package import NeutronAPI

extension NetworkStore {
    /// Watches the ports of some networks, whether they exist or not: what changes after this call is news of the watch,
    /// and is in snapshots by then. To be ended by ``endWatch(_:)``.
    package func watchPorts(of networks: Set<ID<Network>>) -> PortWatch {
        let watch = PortWatch(networks)
        watches.add(watch, northbound: northbound, southbound: southbound)
        return watch
    }

    /// Ends a watch, and wakes its reader.
    package func endWatch(_ watch: PortWatch) {
        watch.end()
        watches.remove(watch)
    }
}
