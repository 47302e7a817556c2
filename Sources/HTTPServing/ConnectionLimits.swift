package import NIOCore

/// The limits of one connection. There are no defaults.
package struct ConnectionLimits: Sendable {
    /// Requests accepted before the first of them is answered.
    package var pipelinedRequests: Int
    /// From the connection's opening, or the first byte of a later request, to the end of a head.
    package var headTime: TimeAmount
    /// From the end of the head to the end of the body.
    package var bodyTime: TimeAmount
    /// At least ``paceSize`` bytes must pass in this time: of a body received, of an answer sent.
    package var paceTime: TimeAmount
    package var paceSize: Int
    /// From an answer to the next request.
    package var idleTime: TimeAmount
    /// From the last answer until the client closes its side.
    package var lingerTime: TimeAmount
    /// From the start of a shutdown to its end.
    package var endingTime: TimeAmount
    /// Bytes of the target.
    package var targetSize: Int
    /// Bytes of all names and values of a head.
    package var headSize: Int
    package var headerFields: Int
    package var bodySize: Int

    package init(
        pipelinedRequests: Int, headTime: TimeAmount, bodyTime: TimeAmount, paceTime: TimeAmount, paceSize: Int,
        idleTime: TimeAmount, lingerTime: TimeAmount, endingTime: TimeAmount, targetSize: Int, headSize: Int,
        headerFields: Int, bodySize: Int
    ) {
        self.pipelinedRequests = pipelinedRequests
        self.headTime = headTime
        self.bodyTime = bodyTime
        self.paceTime = paceTime
        self.paceSize = paceSize
        self.idleTime = idleTime
        self.lingerTime = lingerTime
        self.endingTime = endingTime
        self.targetSize = targetSize
        self.headSize = headSize
        self.headerFields = headerFields
        self.bodySize = bodySize
    }

    /// How often timeouts are checked: a quarter of the shortest one.
    var tick: TimeAmount {
        let shortest = min(headTime, bodyTime, paceTime, idleTime)
        return max(.milliseconds(10), .nanoseconds(shortest.nanoseconds / 4))
    }
}
