package import NIOCore
package import NIOHTTP1

/// What is said on one connection, in order: which request is passed on, what its answer looks like on the wire, when it ends.
///
/// Holds no socket and no clock: it is told what happens and returns what to do.
package struct HTTPConnection {
    /// A request that was passed on and is not answered to its end.
    struct Exchange {
        var method: HTTPMethod
        /// HTTP/1.0.
        var isOld: Bool
        var keepsAlive: Bool
        /// The client waits for `100 Continue`.
        var awaitsContinue: Bool
        /// All of the request is here.
        var isWhole = false
        /// Its answer is ``failure``, whatever is written.
        var hasFailed = false
    }

    /// What comes next from the client.
    enum Input {
        /// The head of a request; `since` the connection opened or the last answer was given.
        case head(since: NIODeadline)
        case body(BodyProgress)
        /// Nothing that is read.
        case closed
    }

    enum Phase: Equatable {
        case open
        /// All is said; the client has not closed its side.
        case lingering(since: NIODeadline)
        case closed
    }

    let limits: ConnectionLimits
    var exchanges: [Exchange] = []
    var input: Input
    var phase = Phase.open
    /// The answer of the first exchange has begun.
    var isAnswering = false
    /// The answer under way has no body on the wire, or none that ends by itself.
    var dropsBody = false
    /// The connection ends with the answer under way.
    var endsWithAnswer = false
    /// What is to be said once the exchanges before it are done.
    var failure: HTTPRefusal?
    /// That is said of a request for a head alone.
    var failureIsHead = false
    /// There was an answer already.
    var hasAnswered = false
    var cutsOffAt: NIODeadline?
    var time = TimeKept()

    package init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        input = .head(since: now)
    }

    /// No more is read.
    package var isInputClosed: Bool {
        if case .closed = input { true } else { phase != .open }
    }

    /// Nobody works for this connection: it waits for its client.
    package var isWaiting: Bool {
        phase == .open && (exchanges.isEmpty || exchanges.count == 1 && !exchanges[0].isWhole)
    }
}

// What the client sends.
extension HTTPConnection {
    package enum HeadAction {
        /// `says100`: the client is to be told to go on before that.
        case pass(HTTPRequestHead, says100: Bool)
        case drop
        case fail(FailureAction)
    }

    package enum PartAction: Equatable {
        case pass
        case drop
        case fail(FailureAction)
    }

    package enum FailureAction: Equatable {
        /// Says it, and the connection ends.
        case answer(HTTPRefusal)
        /// Answers that are due come first.
        case wait
        /// An answer has begun: nothing else can be said.
        case close
        /// It is over already.
        case none
    }

    package mutating func head(_ received: HTTPRequestHead, now: NIODeadline) -> HeadAction {
        guard phase == .open, case .head = input else { return .drop }
        guard exchanges.count < limits.pipelinedRequests else {
            // Nobody knows of it yet: the client sends it again on another connection (RFC 9112, section 9.3.2).
            input = .closed
            exchanges[exchanges.count - 1].keepsAlive = false
            return .drop
        }
        let head: RequestHead
        do throws(HTTPRefusal) { head = try RequestHead(received, limits: limits) } catch {
            failureIsHead = received.method == .HEAD
            return .fail(fail(error))
        }
        exchanges.append(
            Exchange(
                method: received.method, isOld: received.version.minor == 0, keepsAlive: head.keepsAlive,
                awaitsContinue: head.expectsContinue))
        input = .body(BodyProgress(since: now))
        let says100 = head.expectsContinue && exchanges.count == 1
        if says100 { exchanges[0].awaitsContinue = false }
        return .pass(head.head, says100: says100)
    }

    package mutating func body(_ count: Int) -> PartAction {
        guard phase == .open, case .body(var progress) = input, !exchanges.isEmpty else { return .drop }
        exchanges[exchanges.count - 1].awaitsContinue = false
        progress.total += count
        input = .body(progress)
        return progress.total <= limits.bodySize ? .pass : .fail(fail(.bodyTooLarge(limits)))
    }

    package mutating func end(now: NIODeadline) -> PartAction {
        guard phase == .open, case .body = input, let last = exchanges.indices.last else { return .drop }
        exchanges[last].isWhole = true
        exchanges[last].awaitsContinue = false
        input = exchanges[last].keepsAlive ? .head(since: now) : .closed
        return .pass
    }

    /// The client says no more.
    package mutating func inputClosed() -> FailureAction {
        guard phase == .open else { return .none }
        if case .body = input { return fail(.cut) }
        input = .closed
        if let last = exchanges.indices.last {
            exchanges[last].keepsAlive = false
            return .wait
        }
        return failure == nil ? .close : .wait
    }

    /// Takes no more requests, and refuses the one that has begun, or that was to begin.
    package mutating func fail(_ refusal: HTTPRefusal) -> FailureAction {
        guard phase == .open, failure == nil else { return .none }
        if case .body = input, let last = exchanges.indices.last {
            exchanges[last].hasFailed = true
            failureIsHead = exchanges[last].method == .HEAD
        }
        if case .closed = input, !exchanges.isEmpty { return .none }
        input = .closed
        failure = refusal
        return nextFailure() ?? .wait
    }

    /// Says the failure once its turn has come.
    private mutating func nextFailure() -> FailureAction? {
        guard let refusal = failure else { return nil }
        if let first = exchanges.first {
            guard first.hasFailed else { return nil }
            if isAnswering {
                phase = .closed
                return .close
            }
        }
        return .answer(refusal)
    }

    /// The answer of a failure was handed to the socket.
    package mutating func said(now: NIODeadline) {
        failure = nil
        exchanges = []
        input = .closed
        phase = .lingering(since: now)
    }
}

// What is answered.
extension HTTPConnection {
    package enum EndAction: Equatable {
        /// The answer goes out; the connection stays.
        case write
        /// The answer goes out, and a word to the next request's client to send its body.
        case writeAndContinue
        /// The answer goes out, and nothing after it.
        case writeAndFinish
        case writeAndAnswer(HTTPRefusal)
        case writeAndClose
        case drop
    }

    /// The head of an answer as it goes out; nil where it is not wanted any more.
    package mutating func answer(_ head: HTTPResponseHead) -> HTTPResponseHead? {
        guard phase == .open, !isAnswering, head.status.code >= 200, let exchange = exchanges.first, !exchange.hasFailed
        else { return nil }
        var head = head
        isAnswering = true
        let hasLength = head.headers.contains(name: "Content-Length")
        let hasNoBody = head.status == .noContent || head.status == .notModified
        dropsBody = hasNoBody || exchange.method == .HEAD
        endsWithAnswer =
            !exchange.keepsAlive || !exchange.isWhole
            || !hasLength && !dropsBody && exchange.isOld
        head.version = .http1_1
        if hasNoBody {
            head.headers.remove(name: "Content-Length")
        } else if !hasLength, !dropsBody, !exchange.isOld {
            head.headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
        }
        if endsWithAnswer {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if exchange.isOld {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        return head
    }

    package var wantsAnswerBody: Bool {
        phase == .open && isAnswering && !dropsBody && exchanges.first?.hasFailed == false
    }

    /// An answer is complete.
    package mutating func answerEnded(now: NIODeadline) -> EndAction {
        guard phase == .open, isAnswering, let exchange = exchanges.first else { return .drop }
        if exchange.hasFailed {
            // What was said of it has no end.
            phase = .closed
            return .writeAndClose
        }
        isAnswering = false
        hasAnswered = true
        exchanges.removeFirst()
        if endsWithAnswer || !exchange.keepsAlive {
            phase = .lingering(since: now)
            input = .closed
            return .writeAndFinish
        }
        if case .answer(let refusal)? = nextFailure() { return .writeAndAnswer(refusal) }
        if exchanges.isEmpty {
            if case .closed = input, failure == nil {
                phase = .lingering(since: now)
                return .writeAndFinish
            }
            if case .head = input { input = .head(since: now) }
        } else if exchanges[0].awaitsContinue {
            exchanges[0].awaitsContinue = false
            return .writeAndContinue
        }
        return .write
    }

    /// Another connection needs the place of this one.
    package mutating func giveWay() -> FailureAction {
        if case .lingering = phase {} else if !isWaiting { return .none }
        phase = .closed
        return .close
    }

    /// Whole requests are answered, and nothing after them; all else ends.
    package mutating func shutDown(now: NIODeadline) -> FailureAction {
        cutsOffAt = now + limits.endingTime
        guard phase == .open else { return .none }
        if exchanges.isEmpty, failure == nil {
            phase = .closed
            return .close
        }
        if case .body = input { return fail(.ending) }
        input = .closed
        if let last = exchanges.indices.last { exchanges[last].keepsAlive = false }
        return .wait
    }
}
