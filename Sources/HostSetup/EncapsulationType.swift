import Glibc
package import OVNModel

/// How logical packets are carried between hosts (ovn-architecture(7) §"Tunnel Encapsulations").
package enum EncapsulationType: String, CaseIterable, Sendable {
    case geneve, vxlan, stt

    /// Why an installed Open vSwitch cannot do this; `nil` when it can.
    ///
    /// Its database lists the types it knows. STT is a word it knew until 3.6 without being able to do it: only the
    /// kernel module that was built from its own sources until 2.17 could.
    package func unavailable(in configuration: OpenVSwitch.Configuration, kernelHasSTT: Bool) -> String? {
        let version = configuration.ovsVersion.map { "Open vSwitch \($0)" } ?? "this Open vSwitch"
        switch self {
        case .stt where !kernelHasSTT:
            return "\(version) cannot carry packets by STT: neither its datapath in user space nor this kernel's "
                + "has it (geneve is what OVN recommends)"
        default:
            // Empty before ovs-vswitchd has run for the first time.
            guard !configuration.ifaceTypes.isEmpty, !configuration.ifaceTypes.contains(rawValue) else { return nil }
            return
                "\(version) cannot carry packets by \(rawValue): it knows \(configuration.ifaceTypes.joined(separator: ", "))"
        }
    }

    /// Whether the kernel has the module that Open vSwitch's own sources used to build.
    package static var kernelHasSTT: Bool { access("/sys/module/vport_stt", F_OK) == 0 }
}
