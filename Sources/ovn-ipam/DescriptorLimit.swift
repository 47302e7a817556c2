import Glibc
import Logging
import NeutronServer

/// Raises the process's limit of open descriptors (RLIMIT_NOFILE) to its maximum.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one, and returns the resulting limit.
    static func raise(logger: Logger) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            logger.warning("descriptor limit unknown", metadata: ["cause": "\(String(cString: strerror(errno)))"])
            return 1_024
        }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 {
            logger.warning("descriptor limit not raised", metadata: ["cause": "\(String(cString: strerror(errno)))"])
            limit.rlim_cur = soft
        }
        return Int(clamping: limit.rlim_cur)
    }
}

extension Limits {
    /// Limits the connections to the available descriptors, and logs it.
    mutating func fit(descriptors: Int, logger: Logger) {
        let wanted = connections
        fit(descriptors: descriptors)
        logger.log(
            level: connections < wanted ? .warning : .info, "connections limited",
            metadata: ["connections": "\(connections)", "descriptors": "\(descriptors)"])
    }
}
