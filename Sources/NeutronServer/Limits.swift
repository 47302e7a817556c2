/// Everything that the server bounds, with its default: `docs/limits.md` has the same table for users.
///
/// What is over a limit is answered by 4xx or 503 with the limit in the sentence, or its connection is closed.
package struct Limits: Sendable {
    // Connections.

    /// Connections at once. Fewer where the process may not have so many descriptors beside ``descriptorReserve``.
    package var connections = 4_096
    /// Connections at once from one IPv4 address or one IPv6 /64.
    package var connectionsPerAddress = 256
    /// Descriptors that connections leave to the databases, the children and the log.
    package var descriptorReserve = 256
    /// Requests that a client may send on one connection before it has the answer to the first.
    package var pipelinedRequests = 32

    // Time: what waits for a client.

    /// From the connection's opening, or the first byte of a later request, to the end of a request's head.
    package var headTime = Duration.seconds(10)
    /// From the end of the head to the end of the body.
    package var bodyTime = Duration.seconds(60)
    /// A body comes, and an answer is taken, by at least ``paceSize`` bytes in this time.
    package var paceTime = Duration.seconds(10)
    package var paceSize = 16 << 10
    /// From an answer to the next request on the same connection.
    package var idleTime = Duration.seconds(75)
    /// From the last answer on a connection to the moment that the client has closed its side too.
    package var lingerTime = Duration.seconds(2)
    /// From SIGTERM until whoever still asks or reads is cut off.
    package var endingTime = Duration.seconds(3)

    // Sizes of a request.

    /// The target in the request's first line.
    package var targetSize = 16 << 10
    /// Names and values of all header fields.
    package var headSize = 64 << 10
    /// Header fields, those after a chunked body among them.
    package var headerFields = 100
    /// The body: a bulk request with all that its members may have.
    package var bodySize = 2 << 20
    /// Values in a body of JSON; arrays and objects are at most ``JSON/maximumDepth`` deep in each other.
    package var values = 50_000

    // Work.

    /// A body up to this is small: it is read whatever else is under way.
    package var smallBody = 64 << 10
    /// Larger bodies under way together; one address gets half.
    package var bodyMemory = 32 << 20
    /// Resources that one request may make or change: members of a bulk, subports of a trunk.
    package var members = 128
    /// Of so many resources a change is small, and waits for no turn. Small ones share transactions, which are then no larger
    /// than a large one's.
    package var smallChange = 4
    /// Resources of a page, the largest and the one that is sent to who does not ask for pages.
    package var pageSize = 5_000
    /// A list that looks at so many resources is small, and waits for no turn.
    package var smallList = 256
    /// How long a large list or change may wait for its turn.
    package var turnTime = Duration.seconds(10)

    package init() {}
}
