/// All limits of the server, with their defaults: `docs/limits.md` has the same table for users.
///
/// Beyond a limit the answer is 4xx or 503 with the limit in the message, or the connection is closed.
package struct Limits: Sendable {
    // Connections.

    /// Connections at once; fewer if the process has too few descriptors beside ``descriptorReserve``.
    package var connections = 4_096
    /// Connections at once from one IPv4 address or one IPv6 /64.
    package var connectionsPerAddress = 256
    /// Descriptors that connections leave to the databases, the children and the log.
    package var descriptorReserve = 256
    /// Requests that a client may send on one connection before the first answer.
    package var pipelinedRequests = 32

    // Time: timeouts of clients.

    /// From the connection's opening, or the first byte of a later request, to the end of a request's head.
    package var headTime = Duration.seconds(10)
    /// From the end of the head to the end of the body.
    package var bodyTime = Duration.seconds(60)
    /// At least ``paceSize`` bytes of a body must arrive, or of an answer be received, in this time.
    package var paceTime = Duration.seconds(10)
    package var paceSize = 16 << 10
    /// From an answer to the next request on the same connection.
    package var idleTime = Duration.seconds(75)
    /// From the last answer on a connection until the client closes its side.
    package var lingerTime = Duration.seconds(2)
    /// From SIGTERM until remaining clients are disconnected.
    package var endingTime = Duration.seconds(3)

    // Sizes of a request.

    /// The target in the request's first line, in bytes.
    package var targetSize = 16 << 10
    /// Names and values of all header fields, in bytes.
    package var headSize = 64 << 10
    /// Header fields, trailers included.
    package var headerFields = 100
    /// The body, in bytes: room for the largest bulk request.
    package var bodySize = 2 << 20
    /// Values in a JSON body; arrays and objects are nested at most ``JSON/maximumDepth`` deep.
    package var values = 50_000

    // Work.

    /// A body up to this many bytes is small: it is always read.
    package var smallBody = 64 << 10
    /// Bytes of larger bodies being received together; one address gets half.
    package var bodyMemory = 32 << 20
    /// Resources that one request may create or change: members of a bulk, subports of a trunk.
    package var members = 128
    /// A change of this many resources is small, and never waits for a turn. Small ones share transactions, which are
    /// then no larger than a large one's.
    package var smallChange = 4
    /// Resources of a page: the maximum, and the default.
    package var pageSize = 5_000
    /// A list that examines this many resources is small, and never waits for a turn.
    package var smallList = 256
    /// How long a large list or change may wait for its turn.
    package var turnTime = Duration.seconds(10)

    // Watches.

    /// Watches at once, and never more than half of the ``connections``, which each of them keeps.
    package var watches = 2_048
    /// Watches at once from one IPv4 address or one IPv6 /64.
    package var watchesPerAddress = 128
    /// Ports that all watches together remember having told, some 50 bytes each; one address gets half.
    package var watchedPorts = 2_000_000
    /// How long a watch lasts at most: its client then asks again, with a token that is still valid.
    package var watchTime = Duration.seconds(300)
    /// After so much silence a watch says that it is alive.
    package var watchSilence = Duration.seconds(5)

    package init() {}
}
