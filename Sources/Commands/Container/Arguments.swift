public import ArgumentParser
public import NetAddress

// How addresses are written on the command line.

extension IPPrefix: ExpressibleByArgument {
    /// `192.168.1.0/24`
    public init?(argument: String) { self.init(argument) }
}

extension IPAddress: ExpressibleByArgument {
    /// `192.168.1.10`
    public init?(argument: String) { self.init(argument) }
}

extension MACAddress: ExpressibleByArgument {
    /// `02:00:00:00:00:07`
    public init?(argument: String) { self.init(argument) }
}

extension IPRange: ExpressibleByArgument {
    /// `192.168.1.10-192.168.1.20`
    public init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = IPAddress(parts[0]), let last = IPAddress(parts[1]) else { return nil }
        self.init(first, last)
    }
}

extension NetworkRequest.Gateway: ExpressibleByArgument {
    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else if let address = IPAddress(argument) {
            self = .address(address)
        } else {
            return nil
        }
    }
}
