import HostMembership
import HostSetup

extension Context {
    /// The daemons of this host.
    var daemons: HostDaemons {
        let usual = HostDaemons()
        guard hooks.programs != nil || hooks.hasSystemd != nil else { return usual }
        return HostDaemons(
            hasSystemd: hooks.hasSystemd ?? HostDaemons.isSystemdRunning, run: hooks.programs ?? HostDaemons.report)
    }
}
