import Glibc

/// The part of our environment that child processes inherit.
///
/// Ours may hold passwords and tokens (`OS_PASSWORD`, `OVN_IPAM_AUTH_PASSWORD`, …), and anyone allowed to inspect a
/// process sees its environment. So a child gets what is listed here, and nothing else.
package enum ChildEnvironment {
    /// `NAME=value`, sorted by name.
    ///
    /// `own` is this process's; `more` is for this child, in place of ours.
    package static func items(of own: [String] = all(), adding more: [String: String] = [:]) -> [String] {
        var values: [String: String] = [:]
        for item in own {
            guard let separator = item.firstIndex(of: "=") else { continue }
            let name = String(item[..<separator])
            if isPassedOn(name) { values[name] = String(item[item.index(after: separator)...]) }
        }
        values.merge(more) { $1 }
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    static func isPassedOn(_ name: String) -> Bool {
        names.contains(name) || name.hasPrefix("LC_")
    }

    /// Search paths, the locale, and the folders of Open vSwitch, OVN and systemd's bus.
    private static let names: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LD_LIBRARY_PATH",
        "OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR", "OVS_PKGDATADIR", "OVS_BINDIR",
        "OVN_RUNDIR", "OVN_LOGDIR", "OVN_DBDIR", "OVN_SYSCONFDIR", "OVN_PKGDATADIR", "OVN_BINDIR",
        "DBUS_SYSTEM_BUS_ADDRESS",
    ]

    /// Our own.
    package static func all() -> [String] {
        var items: [String] = []
        var next = environ
        while let item = next.pointee {
            items.append(String(cString: item))
            next += 1
        }
        return items
    }
}
