import CLinux
import Logging
import NeutronServer

extension Limits {
    /// Raises the process's limit of open descriptors (RLIMIT_NOFILE) to its maximum, limits the connections to it, and logs that.
    mutating func fitToDescriptors(logger: Logger) {
        let wanted = connections
        // Where it cannot be read it is what programs begin with.
        let raised = Int(clinux_raise_descriptor_limit())
        let descriptors = raised > 0 ? raised : 1_024
        fit(descriptors: descriptors)
        logger.log(
            level: connections < wanted ? .warning : .info, "connections limited",
            metadata: ["connections": "\(connections)", "descriptors": "\(descriptors)"])
    }
}
