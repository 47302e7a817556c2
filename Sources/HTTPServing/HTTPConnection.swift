package import NIOCore
package import NIOHTTP1

/// The state machine of one connection: which request is passed on, the framing of its answer, and when the connection
/// ends.
///
/// Holds no socket and no clock: events go in, actions come out.
package struct HTTPConnection {
    /// A request that was passed on and is not completely answered.
    struct Exchange {
        var method: HTTPMethod
        /// HTTP/1.0.
        var isOld: Bool
        var keepsAlive: Bool
        /// The client waits for `100 Continue`.
        var awaitsContinue: Bool
        /// The request is complete.
        var isWhole = false
        /// Its answer is ``failure``, regardless of what the handler writes.
        var hasFailed = false
    }

    /// The next input from the client.
    enum Input {
        /// The head of a request, awaited `since` the connection opened or the last answer ended.
        case head(since: NIODeadline)
        case body(BodyProgress)
        /// Nothing more is read.
        case closed
    }

    enum Phase: Equatable {
        case open
        /// All answers are sent; the client has not closed its side.
        case lingering(since: NIODeadline)
        case closed
    }

    let limits: ConnectionLimits
    var exchanges: [Exchange] = []
    var input: Input
    var phase = Phase.open
    /// The answer of the first exchange has begun.
    var isAnswering = false
    /// The current answer has no body on the wire, or one that only the connection's end delimits.
    var dropsBody = false
    /// The connection ends with the current answer.
    var endsWithAnswer = false
    /// The refusal to send once the exchanges before it are done.
    var failure: HTTPRefusal?
    /// The refused request was a HEAD.
    var failureIsHead = false
    /// An answer has been sent already.
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

    /// No request is being served: the connection waits for its client.
    package var isWaiting: Bool {
        phase == .open && (exchanges.isEmpty || exchanges.count == 1 && !exchanges[0].isWhole)
    }
}

// Requests.
extension HTTPConnection {
    package enum HeadAction {
        /// `says100`: send `100 Continue` first.
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
        /// Sends it and ends the connection.
        case answer(HTTPRefusal)
        /// Earlier answers come first.
        case wait
        /// An answer has begun: nothing else can be sent.
        case close
        /// It is over already.
        case none
    }

    package mutating func head(_ received: HTTPRequestHead, now: NIODeadline) -> HeadAction {
        guard phase == .open, case .head = input else { return .drop }
        guard exchanges.count < limits.pipelinedRequests else {
            // Not processed yet: the client repeats it on another connection (RFC 9112 §9.3.2).
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

    /// The client closed its side.
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

    /// Accepts no more requests, and refuses the one that has begun or was about to.
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

    /// Sends the failure once its turn has come.
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

    /// A refusal was written to the socket.
    package mutating func said(now: NIODeadline) {
        failure = nil
        exchanges = []
        input = .closed
        phase = .lingering(since: now)
    }
}

// Answers.
extension HTTPConnection {
    package enum EndAction: Equatable {
        /// The answer goes out; the connection stays.
        case write
        /// The answer goes out, then `100 Continue` for the next request.
        case writeAndContinue
        /// The answer goes out, and nothing after it.
        case writeAndFinish
        case writeAndAnswer(HTTPRefusal)
        case writeAndClose
        case drop
    }

    /// The head of an answer as it goes out; nil where it is no longer wanted.
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
            // A part of it was written, and it cannot be completed.
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

    /// A new connection needs the place of this one.
    package mutating func giveWay() -> FailureAction {
        if case .lingering = phase {} else if !isWaiting { return .none }
        phase = .closed
        return .close
    }

    /// Complete requests are answered, and nothing after them; everything else ends.
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
