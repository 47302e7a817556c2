import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Rate-limits the log of an event that may happen thousands of times a second: once at first, then a count every ten
/// seconds.
final class FloodNotice: Sendable {
    private let what: Logger.Message
    private let logger: Logger
    /// Events not logged yet; nil while none are counted.
    private let unlogged = NIOLockedValueBox<Int?>(nil)
    private static let pause = TimeAmount.seconds(10)

    init(_ what: Logger.Message, logger: Logger) {
        self.what = what
        self.logger = logger
    }

    func note(on loop: any EventLoop, cause: String? = nil) {
        let isFirst = unlogged.withLockedValue { count in
            defer { count = count.map { $0 + 1 } ?? 0 }
            return count == nil
        }
        guard isFirst else { return }
        log(1, cause)
        again(on: loop)
    }

    private func again(on loop: any EventLoop) {
        loop.scheduleTask(in: Self.pause) { [self] in
            let count = unlogged.withLockedValue { count in
                defer { count = count == 0 ? nil : 0 }
                return count ?? 0
            }
            guard count > 0 else { return }
            log(count, nil)
            again(on: loop)
        }
    }

    private func log(_ count: Int, _ cause: String?) {
        var metadata: Logger.Metadata = ["count": "\(count)"]
        if let cause { metadata["cause"] = "\(cause)" }
        logger.warning(what, metadata: metadata)
    }
}
