import HTTPServing
import NIOCore

extension Limits {
    var ofConnection: ConnectionLimits {
        ConnectionLimits(
            pipelinedRequests: pipelinedRequests, headTime: TimeAmount(headTime), bodyTime: TimeAmount(bodyTime),
            paceTime: TimeAmount(paceTime), paceSize: paceSize, idleTime: TimeAmount(idleTime),
            lingerTime: TimeAmount(lingerTime), endingTime: TimeAmount(endingTime), targetSize: targetSize,
            headSize: headSize, headerFields: headerFields, bodySize: bodySize)
    }

    var ofConnections: Connections.Limits { Connections.Limits(all: connections, perAddress: connectionsPerAddress) }

    var watchesInAll: Int { min(watches, connections / 2) }

    /// Limits the connections so that ``descriptorReserve`` of the process's descriptors are left.
    package mutating func fit(descriptors: Int) {
        connections = min(connections, max(descriptors - descriptorReserve, descriptors / 2))
    }
}
